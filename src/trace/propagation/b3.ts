/**
 * Reads and writes B3, Zipkin's headers (https://github.com/openzipkin/b3-propagation): one (`b3`) or several
 * (`x-b3-*`).
 */

import { parseHex, toHex, type Words } from '../../std/u64'
import { AUTO_KEEP, AUTO_REJECT, UNDECIDED, USER_KEEP } from '../priority'
import { RemoteContext } from '../remote-context'
import { type Carrier, headerText } from './carrier'

const SINGLE = 'b3'
const TRACE_ID = 'x-b3-traceid'
const SPAN_ID = 'x-b3-spanid'
const PARENT_SPAN_ID = 'x-b3-parentspanid'
const SAMPLED = 'x-b3-sampled'
const FLAGS = 'x-b3-flags'

const upper: Words = { hi: 0, lo: 0 }
const lower: Words = { hi: 0, lo: 0 }
const span: Words = { hi: 0, lo: 0 }

/**
 * Reads `traceid-spanid[-sampled[-parentspanid]]`, or `0`, `1`, `d` alone: a context with zero ids, by whose decision a
 * new trace starts. Returns undefined for anything else.
 */
export function extractB3Single(carrier: Carrier): RemoteContext | undefined {
  const value = carrier[SINGLE]
  if (value === undefined) return undefined
  const text = headerText(value)
  if (text.length === 1) return decisionOnly(decisionOf(text))
  const idLength = text.indexOf('-')
  if (!readTraceId(text, idLength) || !readSpanId(text, idLength + 1)) return undefined
  let at = idLength + 17
  let priority = UNDECIDED
  if (at < text.length) {
    if (text.charCodeAt(at) !== 45) return undefined
    const end = at + 2
    priority = decisionOf(text.slice(at + 1, end))
    if (priority === UNDECIDED) return undefined
    at = end
  }
  if (
    at < text.length &&
    !(text.length === at + 17 && text.charCodeAt(at) === 45 && parseHex(text, at + 1, { hi: 0, lo: 0 }))
  ) {
    return undefined
  }
  return contextOf(priority)
}

/** Reads the `x-b3-*` headers. Without valid ids only the decision is used, as for the single header. */
export function extractB3Multi(carrier: Carrier): RemoteContext | undefined {
  const traceId = carrier[TRACE_ID]
  const sampled = carrier[SAMPLED]
  const flags = carrier[FLAGS]
  if (traceId === undefined && sampled === undefined && flags === undefined) return undefined
  const sampledText = headerText(sampled)
  const priority =
    headerText(flags) === '1'
      ? USER_KEEP
      : sampledText === '1'
        ? AUTO_KEEP
        : sampledText === '0'
          ? AUTO_REJECT
          : UNDECIDED
  const traceText = headerText(traceId)
  const spanText = headerText(carrier[SPAN_ID])
  if (spanText.length !== 16 || !readTraceId(traceText, traceText.length) || !readSpanId(spanText, 0)) {
    return decisionOnly(priority)
  }
  return contextOf(priority)
}

/** Writes the single header. An undecided context is sent without a decision. */
export function injectB3Single(
  traceId: string,
  spanId: string,
  priority: number,
  parentId: string,
  carrier: Record<string, string>,
): void {
  let text = `${traceId}-${spanId}`
  if (priority !== UNDECIDED) {
    text += priority >= AUTO_KEEP ? '-1' : '-0'
    if (parentId !== '') text += `-${parentId}`
  }
  carrier[SINGLE] = text
}

/** Writes the `x-b3-*` headers. `x-b3-flags` is written if a user or a rule, not chance, keeps the trace. */
export function injectB3Multi(
  traceId: string,
  spanId: string,
  priority: number,
  parentId: string,
  carrier: Record<string, string>,
): void {
  carrier[TRACE_ID] = traceId
  carrier[SPAN_ID] = spanId
  if (priority !== UNDECIDED) carrier[SAMPLED] = priority >= AUTO_KEEP ? '1' : '0'
  if (priority > AUTO_KEEP) carrier[FLAGS] = '1'
  if (parentId !== '') carrier[PARENT_SPAN_ID] = parentId
}

/** Returns the id of a parent span as 16 hex digits; empty text for a zero id. */
export function parentText(hi: number, lo: number): string {
  return (hi | lo) === 0 ? '' : toHex(hi, lo)
}

function decisionOf(text: string): number {
  return text === '1' ? AUTO_KEEP : text === '0' ? AUTO_REJECT : text === 'd' ? USER_KEEP : UNDECIDED
}

/**
 * Reads 16 or 32 hex digits into `upper` and `lower`. False if the lower 64 bits are zero: the agent refuses such an
 * id.
 */
function readTraceId(text: string, length: number): boolean {
  if (length === 32)
    return parseHex(text, 0, upper) && parseHex(text, 16, lower) && (lower.hi | lower.lo) !== 0
  upper.hi = upper.lo = 0
  return length === 16 && parseHex(text, 0, lower) && (lower.hi | lower.lo) !== 0
}

function readSpanId(text: string, from: number): boolean {
  return parseHex(text, from, span) && (span.hi | span.lo) !== 0
}

function contextOf(priority: number): RemoteContext {
  const context = new RemoteContext()
  context.upperHi = upper.hi
  context.upperLo = upper.lo
  context.traceHi = lower.hi
  context.traceLo = lower.lo
  context.spanHi = span.hi
  context.spanLo = span.lo
  context.priority = priority
  return context
}

function decisionOnly(priority: number): RemoteContext | undefined {
  if (priority === UNDECIDED) return undefined
  const context = new RemoteContext()
  context.priority = priority
  return context
}
