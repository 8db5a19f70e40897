/** Writes the header `tracestate`: Datadog's member first, then the members of other vendors as they came. */

import type { RemoteContext } from '../remote-context'
import { withProbability } from './probability'
import { tagKey } from './tag-keys'

/** Longest Datadog member in characters, its name included. */
const MAX_LENGTH = 256

/**
 * Returns the members that are not Datadog's: those that came with `remote`, and the `probability` at which the trace
 * was sampled in this process.
 */
export function otherMembers(
  remote: RemoteContext | undefined,
  probability: number,
  traceHi: number,
  traceLo: number,
): string {
  const inherited = remote === undefined ? '' : remote.otherTracestate
  return withProbability(inherited, probability, traceHi, traceLo)
}

/**
 * Returns the part of Datadog's member before the id of the last Datadog span: `dd=s:1;o:rum;p:`. An origin that
 * would not fit is left out.
 */
export function stateHead(priority: string, origin: string | undefined): string {
  let text = priority === '' ? 'dd=' : `dd=s:${priority};`
  if (origin !== undefined && origin !== '') {
    const pair = `o:${escaped(origin)};`
    if (text.length + pair.length + 18 <= MAX_LENGTH) text += pair
  }
  return `${text}p:`
}

/**
 * Returns the part of Datadog's member after the id of the last Datadog span: tags, and keys of other versions of this
 * tracer, each with a semicolon before it. `length` is the number of characters that the member has so far; pairs that
 * would not fit are left out.
 */
export function stateTail(length: number, tags: Record<string, string> | undefined, unknown: string): string {
  let text = ''
  for (const name in tags) {
    const value = tags[name]
    const key = tagKey(name).state
    if (value === '' || key === '') continue
    const pair = key + escaped(value)
    if (length + text.length + pair.length <= MAX_LENGTH) text += pair
  }
  for (let at = 0; at < unknown.length; ) {
    const next = unknown.indexOf(';', at)
    const end = next < 0 ? unknown.length : next
    if (length + text.length + 1 + end - at <= MAX_LENGTH) text += `;${unknown.slice(at, end)}`
    at = end + 1
  }
  return text
}

/** Returns the header without `p`, for a context without a Datadog span. `tail` begins with `;` or `,`, or is empty. */
export function withoutParent(head: string, tail: string): string {
  const start = head.slice(0, -2)
  if (tail.startsWith(';')) return start + tail.slice(1)
  return start === 'dd=' ? tail.slice(1) : start.slice(0, -1) + tail
}

/** Escapes a value of the `dd` member: `,` `;` `~` and non-printable characters become `_`, then `=` becomes `~`. */
function escaped(value: string): string {
  for (let at = 0; at < value.length; at++) {
    const code = value.charCodeAt(at)
    if (code < 0x20 || code > 0x7d || code === 0x2c || code === 0x3b || code === 0x3d) {
      return value.replace(/[^\x20-\x2b\x2d-\x3a\x3c-\x7d]/g, '_').replaceAll('=', '~')
    }
  }
  return value
}
