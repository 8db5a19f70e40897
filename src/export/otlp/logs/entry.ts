/**
 * Copies what the application hands over into a record that can be encoded: nothing that the application owns is
 * kept.
 */

import { activeSpan } from '../../../trace/context'
import { describeException } from '../../../trace/exception-event'
import type { OtelLogEntry } from '../../../trace/log-entry'
import type { LogEntry } from '../../../trace/public'
import type { LinkedContext } from '../../../trace/span-extras'
import { toAnyMap, toAnyValue } from '../any-value'
import type { Nanos } from '../nanos'
import type { LogRecord } from './record'
import { severityOf } from './severity'

/** Returns the record of an entry, with the ids of the active span if the entry has none. */
export function toRecord(entry: OtelLogEntry): LogRecord {
  const { body, attributes, error } = entry
  const now = nanosOf(Date.now()) as Nanos
  const { map, dropped } = toAnyMap(attributes)
  const exception = error === undefined ? {} : toAnyMap(describeException(error, undefined)).map
  const severity = severityOf(entry.severity)
  return {
    time: nanosOf(entry.timestamp) ?? now,
    observed: nanosOf(entry.observed) ?? now,
    severity: severity.severity,
    severityText: entry.severityText ?? severity.severityText,
    body: toAnyValue(body),
    // Attributes of these names that the application set itself win.
    attributes: { ...exception, ...map },
    droppedAttributes: dropped,
    ...idsOf(entry.span === undefined ? activeSpan() : entry.span),
    eventName: typeof entry.eventName === 'string' ? entry.eventName : '',
  }
}

const TRACE_ID = /^[0-9a-f]{32}$/
const SPAN_ID = /^[0-9a-f]{16}$/
const ZEROS = /^0+$/

function idsOf(span: LogEntry['span']): { traceId: string; spanId: string; flags: number } {
  if (span === undefined || span === null) return NONE
  if ('traceFlags' in span) {
    const { traceId, spanId, traceFlags } = span
    return valid(traceId, spanId, traceFlags & 0xff)
  }
  const { trace, priority = 0 } = span as LinkedContext
  return valid(
    span.toTraceId(true).padStart(32, '0'),
    span.toSpanId(true).padStart(16, '0'),
    (trace?.priority ?? priority) > 0 ? 1 : 0,
  )
}

const NONE = { traceId: '', spanId: '', flags: 0 }

function valid(traceId: string, spanId: string, flags: number): typeof NONE {
  const isValid =
    TRACE_ID.test(traceId) && SPAN_ID.test(spanId) && !ZEROS.test(traceId) && !ZEROS.test(spanId)
  return isValid ? { traceId, spanId, flags } : NONE
}

/** Returns the nanoseconds of a time; undefined when it is none. */
function nanosOf(time: LogEntry['timestamp']): Nanos | undefined {
  const pair = Array.isArray(time) ? time : pairOf(time instanceof Date ? time.getTime() : time)
  const [seconds, nanoseconds] = pair
  if (!(Number.isSafeInteger(seconds) && seconds >= 0 && nanoseconds >= 0 && nanoseconds < 1e9))
    return undefined
  const all = BigInt(seconds) * 1_000_000_000n + BigInt(Math.trunc(nanoseconds))
  return { hi: Number(BigInt.asUintN(32, all >> 32n)), lo: Number(BigInt.asUintN(32, all)) }
}

function pairOf(ms: unknown): readonly [number, number] {
  if (typeof ms !== 'number') return [Number.NaN, 0]
  const seconds = Math.floor(ms / 1000)
  return [seconds, Math.min(Math.round((ms - seconds * 1000) * 1e6), 999_999_999)]
}
