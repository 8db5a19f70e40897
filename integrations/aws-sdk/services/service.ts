/** What tells one service of AWS from another. */

import type { Span } from '../../../src/kit/index'
import type { Incoming } from '../incoming'
import type { Outgoing } from '../outgoing'
import type { Input, SpanKind } from '../types'

export interface Service {
  /** Fields of the input that name what is worked on; the first that is there ends the resource. */
  resource?: readonly string[]
  /** Static tags. */
  tags?: Readonly<Record<string, string>>
  type?: string
  /** Tags of one call, beside those that all have. */
  describe?(
    input: Input,
    where: { region: string | undefined; partition: string | undefined },
  ): Record<string, string | undefined>
  /** Special operations by name, without `Command`. */
  operations?: Readonly<Record<string, Operation>>
}

export interface Operation {
  /** Operation name of schema v1. */
  name?: string
  kind?: SpanKind
  type?: string
  /** The input with the trace in it, as a copy; the same where nothing is to be added. Never changes `input`. */
  inject?(input: Input, outgoing: Outgoing): Input
  /** What messages an answer has brought. */
  received?(input: Input, output: unknown): Incoming[]
  /** Links `span` to what it wrote. */
  point?(span: Span, input: Input, output: unknown): void
  /** Returns a copy of the input that asks for the attributes in which messages carry their trace. */
  prepare?(input: Input): Input
}

export function textIn(input: Input, ...names: string[]): string | undefined {
  for (const name of names) {
    const value = input[name]
    if (typeof value === 'string' && value !== '') return value
  }
  return undefined
}

/** What comes behind the last `separator`. */
export function lastPart(text: string | undefined, separator: string): string | undefined {
  return text?.slice(text.lastIndexOf(separator) + 1)
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
