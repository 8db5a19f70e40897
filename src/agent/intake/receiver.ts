/** Handles the requests of the intake: guard, read, decode, store, answer. */

import type { IncomingMessage, ServerResponse } from 'node:http'
import { HttpError } from '../http-error'
import type { CannedAnswer, Intercept, ResolvedOptions } from '../options'
import { override, plainText, type Reply, send } from '../reply'
import type { RequestLog, RequestRecord } from '../request-log'
import type { Counters } from '../stats'
import type { TraceStore } from '../store/trace-store'
import { type BodyBudget, readBody } from './body'
import { DecodeError } from './decode-error'
import { crossSiteReason } from './guard'
import { type Info, TRACE_PATHS } from './info'
import { unpack } from './msgpack'
import { reasonToDrop, repair } from './normalize'
import type { RatesAnswer } from './rates'
import { redactSpan } from './redact'
import type { SpanRecord } from './span'
import { readV04 } from './v04'
import { readV05 } from './v05'

export interface ReceiverParts {
  options: ResolvedOptions
  version: string
  info: () => Info
  rates: (headers: IncomingMessage['headers']) => RatesAnswer
  store: TraceStore
  counters: Counters
  log: RequestLog
}

type NoAnswer = Exclude<Intercept, CannedAnswer>

/** Bodies that may be in memory at once, as a multiple of the largest one allowed. */
const BODIES_AT_ONCE = 4

export function createReceiver(
  parts: ReceiverParts,
): (request: IncomingMessage, response: ServerResponse) => void {
  const { options, counters, log } = parts
  const budget: BodyBudget = { usedBytes: 0, limitBytes: BODIES_AT_ONCE * options.maxRequestBytes }

  const handle = async (request: IncomingMessage, record: RequestRecord): Promise<Reply | NoAnswer> => {
    const path = record.path.split('?', 1)[0]
    const isWrite = request.method === 'PUT' || request.method === 'POST'
    const refusal = crossSiteReason(request.headers, request.method !== 'GET' && request.method !== 'HEAD')
    if (refusal !== undefined) throw new HttpError(403, refusal)
    const intercepted = options.intercept?.(record)
    if (intercepted === 'hang' || intercepted === 'reset') return intercepted
    if (isWrite && TRACE_PATHS.includes(path)) return takeIn(request, record, path, intercepted)
    if (path === '/info' && !isWrite)
      return override({ status: 200, body: parts.info().body, type: 'application/json' }, intercepted)
    // Clients of endpoints that are not offered here (telemetry, remote configuration) take 404 for exactly that.
    const notHere = new HttpError(404, `no ${path} here`)
    if (intercepted === undefined) throw notHere
    return override(plainText(`${notHere.message}\n`, 404), intercepted)
  }

  const takeIn = async (
    request: IncomingMessage,
    record: RequestRecord,
    path: string,
    canned: CannedAnswer | undefined,
  ): Promise<Reply> => {
    const type = request.headers['content-type']?.split(';', 1)[0].trim().toLowerCase()
    if (type !== 'application/msgpack') throw new HttpError(415, `content-type must be application/msgpack`)
    const body = await readBody(request, options.maxRequestBytes, budget)
    record.bytes = body.wireBytes
    try {
      const chunks = path === '/v0.5/traces' ? readV05(unpack(body.data)) : readV04(unpack(body.data))
      const answer = override(tracesReply(parts, request, path), canned)
      note(request, record, chunks)
      if (answer.status < 300) keep(parts, chunks)
      return answer
    } catch (error) {
      if (!(error instanceof DecodeError)) throw error
      counters.decodeError(request.headers, record.bytes, error.message)
      throw new HttpError(400, error.message)
    } finally {
      body.release()
    }
  }

  const note = (request: IncomingMessage, record: RequestRecord, chunks: SpanRecord[][]): void => {
    const spanCount = chunks.reduce((sum, chunk) => sum + chunk.length, 0)
    record.decodedTraces = chunks.length
    record.decodedSpans = spanCount
    if (options.redact) for (const chunk of chunks) chunk.forEach(redactSpan)
    if (options.keepChunks) record.chunks = chunks
    counters.payload(request.headers, record.bytes, chunks.length, spanCount)
    if (record.declaredTraces !== undefined && record.declaredTraces !== chunks.length)
      counters.wrongTraceCount()
  }

  const answer = async (
    request: IncomingMessage,
    response: ServerResponse,
    record: RequestRecord,
  ): Promise<void> => {
    let reply: Reply | NoAnswer
    try {
      reply = await handle(request, record)
      record.outcome = 'accepted'
    } catch (error) {
      const known = error instanceof HttpError
      record.outcome = error instanceof Error ? error.message : String(error)
      reply = plainText(`${record.outcome}\n`, known ? error.status : 500)
      counters.refused(reply.status)
    }
    if (reply === 'hang') record.outcome = 'left without an answer'
    else if (reply === 'reset') {
      record.outcome = 'connection reset'
      request.socket.resetAndDestroy()
    } else {
      const answer = reply as Reply
      record.status = answer.status
      if (answer.status >= 300 && record.outcome === 'accepted')
        record.outcome = 'refused on request of a test'
      answer.headers = { ...agentHeaders(parts), ...answer.headers }
      send(request, response, answer)
    }
    options.onRequest?.(record)
  }

  return (request, response) => {
    response.on('error', () => undefined) // the client went away: its record says so
    void answer(request, response, log.open(request))
  }
}

function keep({ store, counters }: ReceiverParts, chunks: SpanRecord[][]): void {
  const nowMs = Date.now()
  for (const chunk of chunks) {
    const reason = reasonToDrop(chunk)
    if (reason !== undefined) {
      counters.dropped(reason)
      continue
    }
    for (const span of chunk) repair(span, nowMs)
    store.add(chunk, nowMs)
  }
}

function tracesReply({ rates }: ReceiverParts, request: IncomingMessage, path: string): Reply {
  if (path === '/v0.3/traces') return plainText('OK\n')
  const { body, headers } = rates(request.headers)
  return { status: 200, body, type: 'application/json', headers }
}

function agentHeaders({ info, version }: ReceiverParts): Record<string, string> {
  return { 'Datadog-Agent-Version': version, 'Datadog-Agent-State': info().state }
}
