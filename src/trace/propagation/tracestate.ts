/**
 * Reads the header `tracestate`: a list of `vendor=value`, in which Datadog's member is `dd=key:value;key:value`.
 *
 * | key | meaning |
 * |---|---|
 * | `s` | sampling priority |
 * | `o` | origin, `=` written as `~` |
 * | `p` | id of the last Datadog span, 16 hex digits |
 * | `t.<name>` | tag `_dd.p.<name>`, `=` written as `~` |
 */

import type { RemoteContext } from '../remote-context'
import { isPrintable } from './characters'
import { MAX_ORIGIN_LENGTH } from './datadog'
import { isOt, withoutInvalid } from './probability'

/** Most members of a list (W3C Trace Context, section 3.3.1.1). One of the members that are sent is Datadog's. */
const MAX_MEMBERS = 32
/**
 * Most characters of the members of other vendors, commas included; the standard asks for 512 of the whole list. A
 * member that does not fit is left out.
 */
export const MAX_OTHERS_LENGTH = 1024
/** Most keys that are read of a `dd` member. */
const MAX_PAIRS = 64
/** Longest `p`, in characters. It is passed on as it came, even if it is not 16 hex digits. */
const MAX_PARENT_LENGTH = 32

const TAB = 0x09
const SPACE = 0x20
const DASH = 0x2d
const DOT = 0x2e
const EQUALS = 0x3d
const LOWER_D = 0x64
const LOWER_M = 0x6d
const LOWER_O = 0x6f
const LOWER_P = 0x70
const LOWER_S = 0x73
const LOWER_T = 0x74

/**
 * Reads the header into `context`: always the members of other vendors and keys of later versions; priority, origin
 * and tags if `own`, which means that `context` was read from the `traceparent` of the same carrier; `p` if `parent`.
 * Malformed members are left out, and so are members after the 32nd and those that make the list too long.
 */
export function readTracestate(text: string, context: RemoteContext, own: boolean, parent: boolean): void {
  let others = ''
  let members = 0
  let foundDd = false
  let foundOt = false
  let at = 0
  while (at < text.length && members < MAX_MEMBERS) {
    const comma = text.indexOf(',', at)
    let end = comma < 0 ? text.length : comma
    let from = at
    at = end + 1
    while (from < end && isBlank(text.charCodeAt(from))) from++
    while (end > from && isBlank(text.charCodeAt(end - 1))) end--
    if (from === end) continue
    members++
    if (isDd(text, from)) {
      if (!foundDd) readDd(text, from + 3, end, context, own, parent)
      foundDd = true
    } else if (isMember(text, from, end) && (foundDd || members < MAX_MEMBERS)) {
      if (others.length + (others === '' ? 0 : 1) + end - from > MAX_OTHERS_LENGTH) continue
      const member = text.slice(from, end)
      if (isOt(text, from)) {
        if (foundOt) continue
        foundOt = true
        const valid = withoutInvalid(member)
        if (valid !== member) {
          // A changed member goes to the front (W3C Trace Context, section 3.5).
          if (valid !== '') others = others === '' ? valid : `${valid},${others}`
          continue
        }
      }
      others = others === '' ? member : `${others},${member}`
    }
  }
  context.otherTracestate = others
}

function isDd(text: string, from: number): boolean {
  return (
    text.charCodeAt(from) === LOWER_D &&
    text.charCodeAt(from + 1) === LOWER_D &&
    text.charCodeAt(from + 2) === EQUALS
  )
}

function isBlank(code: number): boolean {
  return code === SPACE || code === TAB
}

/** Returns whether `text[from, end)` is a key without white space, `=`, and a value, all printable. */
function isMember(text: string, from: number, end: number): boolean {
  const equals = text.indexOf('=', from)
  if (equals <= from || equals >= end - 1 || !isPrintable(text, from, end)) return false
  const space = text.indexOf(' ', from)
  return space < 0 || space > equals
}

/** Reads Datadog's member. A value is taken only if it is printable; values that are not kept are not checked. */
function readDd(
  text: string,
  start: number,
  end: number,
  context: RemoteContext,
  own: boolean,
  parent: boolean,
): void {
  let priority = Number.NaN
  let unknown = ''
  let at = start
  for (let pairs = 0; at < end && pairs < MAX_PAIRS; pairs++) {
    const from = at
    const semicolon = text.indexOf(';', from)
    const to = semicolon < 0 || semicolon > end ? end : semicolon
    at = to + 1
    const colon = text.indexOf(':', from)
    // A pair without key or value is skipped.
    if (colon <= from || colon >= to - 1) continue
    const first = text.charCodeAt(from)
    if (colon > from + 1) {
      if (first === LOWER_T && text.charCodeAt(from + 1) === DOT) {
        if (own && colon > from + 2) readTag(text, from + 2, colon, to, context)
      } else if (isPrintable(text, from, to)) unknown += `;${text.slice(from, to)}`
    } else if (first === LOWER_P) {
      if (parent && to - colon <= MAX_PARENT_LENGTH && isPrintable(text, colon, to)) {
        context.lastDatadogParent = text.slice(colon + 1, to)
      }
    } else if (first === LOWER_S) {
      if (own) priority = Number.parseInt(text.slice(colon + 1, to), 10)
    } else if (first === LOWER_O) {
      if (own && to - colon - 1 <= MAX_ORIGIN_LENGTH && isPrintable(text, colon, to))
        context.origin = unescaped(text, colon + 1, to)
    } else if (isPrintable(text, from, to)) unknown += `;${text.slice(from, to)}`
  }
  if (unknown !== '') context.unknownTracestate = unknown.slice(1)
  if ((priority | 0) === priority) reconcile(priority | 0, context)
}

function readTag(text: string, from: number, colon: number, end: number, context: RemoteContext): void {
  let key = '_dd.p.dm'
  let value: string
  if (colon === from + 2 && text.charCodeAt(from) === LOWER_D && text.charCodeAt(from + 1) === LOWER_M) {
    value = text.slice(colon + 1, end)
    if (value.length !== 2 || value.charCodeAt(0) !== DASH) {
      // `-11`, or `4` without the sign, as some tracers write it.
      const mechanism = Math.abs(Number.parseInt(value, 10))
      if (!(mechanism < 1000)) return
      value = `-${mechanism}`
    }
  } else {
    if (!isPrintable(text, from, end)) return
    key = `_dd.p.${text.slice(from, colon)}`
    if (key === '_dd.p.tid') return // `traceparent` has the whole id
    value = unescaped(text, colon + 1, end)
  }
  context.propagated ??= {}
  context.propagated[key] = value
}

function unescaped(text: string, from: number, to: number): string {
  const value = text.slice(from, to)
  return value.includes('~') ? value.replaceAll('~', '=') : value
}

/** Refines the priority by `s`. The context has 1 or 0 from the sampled flag, which wins where the two disagree. */
function reconcile(priority: number, context: RemoteContext): void {
  if (context.priority > 0 === priority > 0) context.priority = priority
  else if (context.priority > 0) {
    context.propagated ??= {}
    context.propagated['_dd.p.dm'] = '-0'
  } else if (context.propagated !== undefined) delete context.propagated['_dd.p.dm']
}
