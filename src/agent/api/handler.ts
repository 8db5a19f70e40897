/**
 * The JSON API on its own loopback port.
 *
 * GET /api/traces?limit&service&resource&status=error&min_duration_ms&since (unix ms) · GET /api/traces/ID (hex or
 * decimal) · GET /api/profiles and the paths below it (profiles.ts) · GET /api/stats · GET /api/requests · POST /api/clear
 */

import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AgentStats, TraceDetail, TraceSummary } from '../api-types'
import { HttpError } from '../http-error'
import { json, type Reply, send } from '../reply'
import type { RequestRecord } from '../request-log'
import type { ProfileStore } from '../store/profile-store'
import { isAllowedHost } from './host-check'
import { answerProfiles } from './profiles'
import { matches, parseTraceQuery } from './query'

/** The part of the agent that the API shows. */
export interface ApiSource {
  traces(): TraceSummary[]
  trace(id: string): TraceDetail | undefined
  profiles: ProfileStore
  stats(): AgentStats
  requests(): RequestRecord[]
  clear(): void
}

/** Header that requests with side effects must have: a form or an image of a foreign page cannot set a header. */
export const CHANGE_HEADER = 'x-tracer-request'

const SECURITY_HEADERS = {
  'X-Frame-Options': 'DENY',
  'Content-Security-Policy': "default-src 'self'",
  'Cache-Control': 'no-store',
}

/** Creates the request handler of the API. */
export function createApi(
  source: ApiSource,
  allowHosts: readonly string[],
): (request: IncomingMessage, response: ServerResponse) => void {
  return (request, response) => {
    let reply: Reply
    try {
      reply = answer(source, allowHosts, request)
    } catch (error) {
      const status = error instanceof HttpError ? error.status : 500
      reply = json({ error: error instanceof Error ? error.message : String(error) }, status)
    }
    reply.headers = { ...SECURITY_HEADERS, ...reply.headers }
    send(request, response, reply)
  }
}

function answer(source: ApiSource, allowHosts: readonly string[], request: IncomingMessage): Reply {
  if (!isAllowedHost(request.headers.host, allowHosts)) throw new HttpError(403, 'this Host is not allowed')
  const isRead = request.method === 'GET' || request.method === 'HEAD'
  // The origin of an absolute URL is removed; path and query stay as they came.
  const [path, query = ''] = (request.url ?? '').split('?', 2)
  if (path === '/api/clear') {
    if (request.method !== 'POST') throw new HttpError(405, 'use POST')
    if (request.headers[CHANGE_HEADER] === undefined)
      throw new HttpError(403, `send the header ${CHANGE_HEADER}: 1`)
    source.clear()
    return json({ cleared: true })
  }
  if (!isRead) throw new HttpError(405, 'use GET')
  if (path === '/api/traces') return listTraces(source, new URLSearchParams(query))
  if (path.startsWith('/api/traces/')) return oneTrace(source, path.slice('/api/traces/'.length))
  if (path === '/api/profiles' || path.startsWith('/api/profiles/'))
    return answerProfiles(source.profiles, path.slice('/api/profiles/'.length), new URLSearchParams(query))
  if (path === '/api/stats') return json(source.stats())
  if (path === '/api/requests') return json({ requests: source.requests().map(withoutChunks) })
  throw new HttpError(404, 'no such page')
}

function listTraces(source: ApiSource, parameters: URLSearchParams): Reply {
  const query = parseTraceQuery(parameters)
  const found = source.traces().filter(trace => matches(trace, query))
  found.sort((a, b) => b.startMs - a.startMs)
  return json({ total: found.length, traces: found.slice(0, query.limit) })
}

function oneTrace(source: ApiSource, id: string): Reply {
  const trace = source.trace(id)
  if (trace === undefined) throw new HttpError(404, 'no such trace: not received yet, or evicted')
  return json(trace)
}

/** Removes the chunks, which hold 64-bit ids that JSON cannot represent; traces have a path of their own. */
function withoutChunks({ chunks: _, ...record }: RequestRecord): Omit<RequestRecord, 'chunks'> {
  return record
}
