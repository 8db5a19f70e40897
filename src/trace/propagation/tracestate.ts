/**
 * The header `tracestate`: a list of `vendor=value`, in which Datadog's member is `dd=key:value;key:value`.
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

/** A list has at most so many members (W3C Trace Context, section 3.3.1.1); one is Datadog's. */
const MAX_MEMBERS = 32
/** Datadog's member has at most so many characters, its name included. */
const MAX_DD_LENGTH = 256
/** At most so many keys of an incoming `dd` member are read. */
const MAX_DD_PAIRS = 64
/** `p` travels on as it came, even when it is not 16 hex digits, but not at any length. */
const MAX_PARENT_LENGTH = 32

/**
 * Reads the header into `context`. `own`: the context is that of the `traceparent` beside it, so that priority, origin
 * and tags count; otherwise only what other vendors, later versions and `p` say is taken. Members that are not valid are
 * left out, and so are those after the 32nd.
 */
export function readTracestate(text: string, context: RemoteContext, own: boolean): void {
  let others = ''
  let otherCount = 0
  let members = 0
  let foundDd = false
  for (let at = 0; at < text.length && members < MAX_MEMBERS; ) {
    const comma = text.indexOf(',', at)
    let end = comma < 0 ? text.length : comma
    let from = at
    at = end + 1
    while (from < end && isBlank(text.charCodeAt(from))) from++
    while (end > from && isBlank(text.charCodeAt(end - 1))) end--
    if (from === end) continue
    members++
    if (!isMember(text, from, end)) continue
    if (text.startsWith('dd=', from)) {
      if (!foundDd) readDd(text, from + 3, end, context, own)
      foundDd = true
    } else if (otherCount < MAX_MEMBERS - 1) {
      const member = text.slice(from, end)
      others = otherCount++ === 0 ? member : `${others},${member}`
    }
  }
  context.otherTracestate = others
}

function isBlank(code: number): boolean {
  return code === 0x20 || code === 0x09
}

/** A key without white space, `=`, and a value, all printable. */
function isMember(text: string, from: number, end: number): boolean {
  let equals = from
  while (equals < end && text.charCodeAt(equals) !== 0x3d) {
    if (text.charCodeAt(equals++) === 0x20) return false
  }
  return equals > from && equals < end - 1 && isPrintable(text, from, end)
}

function readDd(text: string, from: number, end: number, context: RemoteContext, own: boolean): void {
  let priority = Number.NaN
  let unknown = ''
  let left = MAX_DD_PAIRS
  for (let at = from; at < end && left-- > 0; ) {
    const from = at
    const to = within(text.indexOf(';', from), end)
    at = to + 1
    const colon = text.indexOf(':', from)
    if (colon <= from || colon >= to - 1) continue
    const first = text.charCodeAt(from)
    if (colon === from + 1 && first === 112 /* p */) {
      if (to - colon <= MAX_PARENT_LENGTH) context.lastDatadogParent = text.slice(colon + 1, to)
    } else if (colon === from + 1 && first === 115 /* s */) {
      priority = Number.parseInt(text.slice(colon + 1, to), 10)
    } else if (colon === from + 1 && first === 111 /* o */) {
      if (own) context.origin = unescaped(text, colon + 1, to)
    } else if (first === 116 /* t */ && text.charCodeAt(from + 1) === 46 /* . */) {
      if (own && colon > from + 2) readTag(text, from + 2, colon, to, context)
    } else unknown += `;${text.slice(from, to)}`
  }
  if (unknown !== '') context.unknownTracestate = unknown.slice(1)
  if (own && (priority | 0) === priority) reconcile(priority, context)
}

function within(at: number, end: number): number {
  return at < 0 || at > end ? end : at
}

function readTag(text: string, from: number, colon: number, end: number, context: RemoteContext): void {
  const length = colon - from
  let key: string
  if (length === 2 && text.startsWith('dm', from)) {
    // -4, and 4 as some write it.
    const mechanism = Math.abs(Number.parseInt(text.slice(colon + 1, end), 10))
    if (!(mechanism < 1000)) return
    context.propagated ??= {}
    context.propagated['_dd.p.dm'] = `-${mechanism}`
    return
  }
  if (length === 3 && text.startsWith('tid', from)) return // the traceparent has the whole id
  if (length === 3 && text.startsWith('ksr', from)) key = '_dd.p.ksr'
  else key = `_dd.p.${text.slice(from, colon)}`
  context.propagated ??= {}
  context.propagated[key] = unescaped(text, colon + 1, end)
}

function unescaped(text: string, from: number, to: number): string {
  const value = text.slice(from, to)
  return value.includes('~') ? value.replaceAll('~', '=') : value
}

/** `s` refines the sampled flag, by which the context has 1 or 0; where they disagree the flag wins. */
function reconcile(priority: number, context: RemoteContext): void {
  if (context.priority > 0 === priority > 0) context.priority = priority
  else if (context.priority > 0) {
    context.propagated ??= {}
    context.propagated['_dd.p.dm'] = '-0'
  } else if (context.propagated !== undefined) delete context.propagated['_dd.p.dm']
}

/** `dd=` with everything that comes before the span id, up to and including `p:`. */
export function ddHead(priority: string, origin: string | undefined): string {
  let text = 'dd='
  if (priority !== '') text += `s:${priority};`
  if (origin !== undefined && origin !== '') {
    const pair = `o:${escaped(origin)};`
    if (text.length + pair.length + 18 <= MAX_DD_LENGTH) text += pair
  }
  return `${text}p:`
}

/**
 * What comes after the span id: tags and keys of other versions, each with a semicolon before it. `length` is how many
 * characters the member has so far; pairs that do not fit into 256 are left out.
 */
export function ddTail(length: number, tags: Record<string, string> | undefined, unknown: string): string {
  let text = ''
  for (const key in tags) {
    const value = tags[key]
    if (value === '' || !key.startsWith('_dd.p.') || key.length === 6 || key === '_dd.p.tid') continue
    const pair = `;t.${escapedKey(key, 6)}:${escaped(value)}`
    if (length + text.length + pair.length <= MAX_DD_LENGTH) text += pair
  }
  if (unknown === '') return text
  for (let at = 0; at < unknown.length; ) {
    const end = within(unknown.indexOf(';', at), unknown.length)
    if (length + text.length + 1 + end - at <= MAX_DD_LENGTH) text += `;${unknown.slice(at, end)}`
    at = end + 1
  }
  return text
}

/** The header without `p`, for a context that names no Datadog span. `tail` starts with `;`, with `,`, or is empty. */
export function withoutParent(head: string, tail: string): string {
  const start = head.slice(0, -2)
  if (tail.startsWith(';')) return start + tail.slice(1)
  return start === 'dd=' ? tail.slice(1) : start.slice(0, -1) + tail
}

/** A value of the `dd` member: `,` `;` `~` and what is not printable become `_`, then `=` becomes `~`. */
function escaped(value: string): string {
  for (let at = 0; at < value.length; at++) {
    const code = value.charCodeAt(at)
    if (code < 0x20 || code > 0x7d || code === 0x2c || code === 0x3b || code === 0x3d) {
      return value.replace(/[^\x20-\x2b\x2d-\x3a\x3c-\x7d]/g, '_').replaceAll('=', '~')
    }
  }
  return value
}

/** A key of the `dd` member: space, `,` `=` `:` `;` and what is not printable become `_`. */
function escapedKey(key: string, from: number): string {
  return key.slice(from).replace(/[^\x21-\x2b\x2d-\x39\x3c\x3e-\x7e]/g, '_')
}
