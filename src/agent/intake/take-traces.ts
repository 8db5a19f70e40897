/** Takes in a payload of traces. */

import { HttpError } from '../http-error'
import { override, plainText, type Reply } from '../reply'
import { TRACE_READERS, V03_PATH } from './formats'
import { unpack } from './msgpack'
import { reasonToDrop, repair } from './normalize'
import type { Arrived, ReceiverParts } from './parts'
import { redactSpan } from './redact'
import type { SpanRecord } from './span'

/** Decodes and stores a payload, and returns the answer. */
export function takeTraces(parts: ReceiverParts, arrived: Arrived): Reply {
  const { path, body, canned } = arrived
  const read = TRACE_READERS.get(path)
  if (read === undefined) throw new HttpError(404, `no ${path} here`)
  const chunks = read(unpack(body))
  const answer = override(answerOf(parts, arrived), canned)
  note(parts, arrived, chunks)
  if (answer.status < 300) keep(parts, chunks)
  return answer
}

function note(
  { options, counters }: ReceiverParts,
  { request, record }: Arrived,
  chunks: SpanRecord[][],
): void {
  const spanCount = chunks.reduce((sum, chunk) => sum + chunk.length, 0)
  record.decodedTraces = chunks.length
  record.decodedSpans = spanCount
  if (options.redact) for (const chunk of chunks) chunk.forEach(redactSpan)
  if (options.keepChunks) record.chunks = chunks
  counters.payload(request.headers, record.bytes, chunks.length, spanCount)
  if (record.declaredTraces !== undefined && record.declaredTraces !== chunks.length)
    counters.wrongTraceCount()
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

function answerOf({ rates }: ReceiverParts, { request, path }: Arrived): Reply {
  if (path === V03_PATH) return plainText('OK\n')
  const { body, headers } = rates(request.headers)
  return { status: 200, body, type: 'application/json', headers }
}
