/** Reads W3C Trace Context (https://www.w3.org/TR/trace-context/): the headers `traceparent` and `tracestate`. */

import { parseHex, type Words } from '../../std/u64'
import { AUTO_KEEP, AUTO_REJECT } from '../priority'
import { RemoteContext } from '../remote-context'
import { type Carrier, headerList, headerText } from './carrier'
import { readTracestate } from './tracestate'

/** Names of the headers. */
export const TRACEPARENT = 'traceparent'
export const TRACESTATE = 'tracestate'

const words: Words = { hi: 0, lo: 0 }

/** A parsed `traceparent`; ids are int32 words. */
export interface Traceparent {
  upperHi: number
  upperLo: number
  traceHi: number
  traceLo: number
  spanHi: number
  spanLo: number
  sampled: boolean
  /** Whether the lower 56 bits of the trace id are random. */
  random: boolean
}

/** Returns an empty `Traceparent` to read into. */
export function newTraceparent(): Traceparent {
  return {
    upperHi: 0,
    upperLo: 0,
    traceHi: 0,
    traceLo: 0,
    spanHi: 0,
    spanLo: 0,
    sampled: false,
    random: false,
  }
}

/**
 * Reads `version-traceid-parentid-flags`: 2, 32, 16 and 2 hexadecimal digits. Version 00 ends after these, later
 * versions may go on after a dash, ff is invalid. Returns false for anything else, for zero ids, and for a trace id
 * whose lower 64 bits are zero, which the agent refuses.
 */
export function readTraceparent(carrier: Carrier, out: Traceparent): boolean {
  const value = carrier[TRACEPARENT]
  if (value === undefined) return false
  const text = headerText(value)
  if (
    text.length < 55 ||
    text.charCodeAt(2) !== 45 ||
    text.charCodeAt(35) !== 45 ||
    text.charCodeAt(52) !== 45
  ) {
    return false
  }
  if (text.charCodeAt(0) === 48 && text.charCodeAt(1) === 48) {
    if (text.length !== 55) return false
  } else {
    const version = readByte(text, 0)
    if (version < 0 || version === 255 || (text.length > 55 && text.charCodeAt(55) !== 45)) return false
  }
  if (!parseHex(text, 3, words)) return false
  out.upperHi = words.hi
  out.upperLo = words.lo
  if (!parseHex(text, 19, words) || (words.hi | words.lo) === 0) return false
  out.traceHi = words.hi
  out.traceLo = words.lo
  if (!parseHex(text, 36, words) || (words.hi | words.lo) === 0) return false
  out.spanHi = words.hi
  out.spanLo = words.lo
  const flags = readByte(text, 53)
  out.sampled = (flags & 1) === 1
  out.random = (flags & 2) === 2
  return flags >= 0
}

function readByte(text: string, at: number): number {
  const high = hexValue(text.charCodeAt(at))
  const low = hexValue(text.charCodeAt(at + 1))
  return high < 0 || low < 0 ? -1 : (high << 4) | low
}

function hexValue(code: number): number {
  if (code >= 48 && code <= 57) return code - 48
  const letter = code | 32
  return letter >= 97 && letter <= 102 ? letter - 87 : -1
}

/** Returns the context of a parsed `traceparent`, with the fields of `tracestate`. */
export function contextOf(parent: Traceparent, carrier: Carrier): RemoteContext {
  const context = new RemoteContext()
  context.upperHi = parent.upperHi
  context.upperLo = parent.upperLo
  context.traceHi = parent.traceHi
  context.traceLo = parent.traceLo
  context.spanHi = parent.spanHi
  context.spanLo = parent.spanLo
  context.priority = parent.sampled ? AUTO_KEEP : AUTO_REJECT
  context.random = parent.random
  const state = carrier[TRACESTATE]
  if (state !== undefined) {
    const text = headerList(state)
    context.tracestate = text
    readTracestate(text, context, true, true)
  }
  return context
}

/** Reads the members of other vendors and keys of later versions from `tracestate` into `context`; `p` if `parent`. */
export function takeVendorState(carrier: Carrier, context: RemoteContext, parent: boolean): void {
  const state = carrier[TRACESTATE]
  if (state !== undefined) readTracestate(headerList(state), context, false, parent)
}
