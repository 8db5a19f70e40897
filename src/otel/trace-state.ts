/** W3C `tracestate` as an immutable list of members, read when somebody asks. */

import type { OtelTraceState } from './types'

/** A list has at most so many members (W3C Trace Context, section 3.3.1.1). */
const MAX_MEMBERS = 32

export class TraceState implements OtelTraceState {
  readonly #text: string

  constructor(text: string) {
    this.#text = text
  }

  get(key: string): string | undefined {
    for (const member of this.#members()) if (keyOf(member) === key) return member.slice(key.length + 1)
    return undefined
  }

  /** What is changed goes to the front (W3C Trace Context, section 3.5). */
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
