/**
 * Reads the header `tracestate`: a list of `vendor=value`, in which Datadog's member is `dd=key:value;key:value`.
 *
 * | key | meaning |
 * |---|---|
 * | `s` | sampling priority |
 * | `o` | origin, `=` written as `~` |
 * | `p` | id of the last Datadog span, 16 hex digits |
 * | `t.<name>` | tag `_dd.p.<name>`, `=` written as `~` |
 *
 * The loops look at each character once: for texts as short as these that is twice as fast as `indexOf`.
 */

import type { RemoteContext } from '../remote-context'

/** A list has at most so many members (W3C Trace Context, section 3.3.1.1); one of those we send is our own. */
const MAX_MEMBERS = 32
/** At most so many keys of a `dd` member are read. */
const MAX_PAIRS = 64
/** `p` travels on as it came, even when it is not 16 hex digits, but not at any length. */
const MAX_PARENT_LENGTH = 32

const TAB = 0x09
const SPACE = 0x20
const COMMA = 0x2c
const DOT = 0x2e
const COLON = 0x3a
const SEMICOLON = 0x3b
const EQUALS = 0x3d
const LOWER_D = 0x64
const LOWER_M = 0x6d
const LOWER_O = 0x6f
const LOWER_P = 0x70
const LOWER_S = 0x73
const LOWER_T = 0x74

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
  let from = 0
  let equals = -1
  let lastTab = -1
  let bad = false
  for (let at = 0; at <= text.length; at++) {
    const code = at === text.length ? COMMA : text.charCodeAt(at)
    if (code === COMMA) {
      const end = withoutBlanks(text, from, at)
      if (end > from) {
        if (!bad && lastTab < end && equals > from && equals < end - 1) {
          if (isDd(text, from, equals)) {
            if (!foundDd) readDd(text, equals + 1, end, context, own)
            foundDd = true
          } else if (otherCount < MAX_MEMBERS - 1) {
            others = otherCount++ === 0 ? text.slice(from, end) : `${others},${text.slice(from, end)}`
          }
        }
        if (++members === MAX_MEMBERS) break
      }
      from = at + 1
      equals = lastTab = -1
      bad = false
    } else if (code === SPACE || code === TAB) {
      if (from === at) from++
      else if (code === TAB) lastTab = lastTab < 0 ? at : lastTab
      else if (equals < 0) bad = true
    } else if (code === EQUALS && equals < 0) equals = at
    else if (code < SPACE || code > 0x7e) bad = true
  }
  context.otherTracestate = others
}

/** Where the text ends without the spaces and tabs at its end. */
function withoutBlanks(text: string, from: number, end: number): number {
  let last = end
  while (last > from && (text.charCodeAt(last - 1) === SPACE || text.charCodeAt(last - 1) === TAB)) last--
  return last
}

function isDd(text: string, from: number, equals: number): boolean {
  return equals === from + 2 && text.charCodeAt(from) === LOWER_D && text.charCodeAt(from + 1) === LOWER_D
}

function readDd(text: string, start: number, end: number, context: RemoteContext, own: boolean): void {
  let priority = Number.NaN
  let unknown = ''
  let pairs = 0
  let from = start
  let colon = -1
  for (let at = start; at <= end; at++) {
    const code = at === end ? SEMICOLON : text.charCodeAt(at)
    if (code === COLON && colon < 0) colon = at
    if (code !== SEMICOLON) continue
    // Nothing without a key or a value.
    if (colon > from && colon < at - 1) {
      const first = text.charCodeAt(from)
      const single = colon === from + 1
      if (single && first === LOWER_P) {
        if (at - colon <= MAX_PARENT_LENGTH) context.lastDatadogParent = text.slice(colon + 1, at)
      } else if (single && first === LOWER_S) {
        if (own) priority = Number.parseInt(text.slice(colon + 1, at), 10)
      } else if (single && first === LOWER_O) {
        if (own) context.origin = unescaped(text, colon + 1, at)
      } else if (first === LOWER_T && text.charCodeAt(from + 1) === DOT) {
        if (own && colon > from + 2) readTag(text, from + 2, colon, at, context)
      } else unknown += `;${text.slice(from, at)}`
      if (++pairs === MAX_PAIRS) break
    }
    from = at + 1
    colon = -1
  }
  if (unknown !== '') context.unknownTracestate = unknown.slice(1)
  if ((priority | 0) === priority) reconcile(priority, context)
}

function readTag(text: string, from: number, colon: number, end: number, context: RemoteContext): void {
  let key = '_dd.p.dm'
  let value: string
  if (colon === from + 2 && text.charCodeAt(from) === LOWER_D && text.charCodeAt(from + 1) === LOWER_M) {
    // -4, and 4 as some write it.
    const mechanism = Math.abs(Number.parseInt(text.slice(colon + 1, end), 10))
    if (!(mechanism < 1000)) return
    value = `-${mechanism}`
  } else {
    key = `_dd.p.${text.slice(from, colon)}`
    if (key === '_dd.p.tid') return // the traceparent has the whole id
    value = unescaped(text, colon + 1, end)
  }
  context.propagated ??= {}
  context.propagated[key] = value
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
