/** Handles the requests of the intake: guard, read, decode, store, answer. */

import type { IncomingMessage, ServerResponse } from 'node:http'
import { HttpError } from '../http-error'
import type { CannedAnswer, Intercept } from '../options'
import { override, plainText, type Reply, send } from '../reply'
import type { RequestRecord } from '../request-log'
import { type BodyBudget, readBody } from './body'
import { DecodeError } from './decode-error'
import { TRACE_READERS } from './formats'
import { crossSiteReason } from './guard'
import { PROFILES_PATH } from './info'
import type { Arrived, ReceiverParts, Take } from './parts'
import { takeProfile } from './take-profile'
import { takeTraces } from './take-traces'

type NoAnswer = Exclude<Intercept, CannedAnswer>

/** Bodies that may be in memory at once, as a multiple of the largest one allowed. */
const BODIES_AT_ONCE = 4

/** Creates the request handler of the intake. */
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
    const arrived = { request, record, path, canned: intercepted }
    if (isWrite && TRACE_READERS.has(path)) return takeIn(arrived, 'application/msgpack', takeTraces)
    if (isWrite && path === PROFILES_PATH) return takeIn(arrived, 'multipart/form-data', takeProfile)
    if (path === '/info' && !isWrite)
      return override({ status: 200, body: parts.info().body, type: 'application/json' }, intercepted)
    // Clients of endpoints that are not offered here (telemetry, remote configuration) take 404 for exactly that.
    const notHere = new HttpError(404, `no ${path} here`)
    if (intercepted === undefined) throw notHere
    return override(plainText(`${notHere.message}\n`, 404), intercepted)
  }

  const takeIn = async (arrived: Omit<Arrived, 'body'>, wantedType: string, take: Take): Promise<Reply> => {
    const { request, record } = arrived
    const type = request.headers['content-type']?.split(';', 1)[0].trim().toLowerCase()
    if (type !== wantedType) throw new HttpError(415, `content-type must be ${wantedType}`)
    const body = await readBody(request, options.maxRequestBytes, budget)
    record.bytes = body.wireBytes
    try {
      return take(parts, { ...arrived, body: body.data })
    } catch (error) {
      if (!(error instanceof DecodeError)) throw error
      counters.decodeError(request.headers, record.bytes, error.message)
      throw new HttpError(400, error.message)
    } finally {
      body.release()
    }
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

function agentHeaders({ info, version }: ReceiverParts): Record<string, string> {
  return { 'Datadog-Agent-Version': version, 'Datadog-Agent-State': info().state }
}
