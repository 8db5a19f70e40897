/** W3C `tracestate` as an immutable list of members, which is parsed only when the application reads it. */

import type { OtelTraceState } from './types'

/** Most members of a list (W3C Trace Context, section 3.3.1.1). */
const MAX_MEMBERS = 32

/** The API's view of a `tracestate` header. */
export class TraceState implements OtelTraceState {
  readonly #text: string

  constructor(text: string) {
    this.#text = text
  }

  get(key: string): string | undefined {
    for (const member of this.#members()) if (keyOf(member) === key) return member.slice(key.length + 1)
    return undefined
  }

  /** Returns a list with `key` set to `value`, at the front (W3C Trace Context, section 3.5). */
  set(key: string, value: string): TraceState {
    return new TraceState([`${key}=${value}`, ...this.#without(key)].slice(0, MAX_MEMBERS).join(','))
  }

  unset(key: string): TraceState {
    return new TraceState(this.#without(key).join(','))
  }

  serialize(): string {
    return this.#text
  }

  #members(): string[] {
    return this.#text
      .split(',')
      .map(member => member.trim())
      .filter(member => member !== '')
  }

  #without(key: string): string[] {
    return this.#members().filter(member => keyOf(member) !== key)
  }
}

function keyOf(member: string): string {
  return member.slice(0, Math.max(0, member.indexOf('=')))
}
