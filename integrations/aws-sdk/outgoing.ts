/** Puts the trace, and the checkpoint of data streams, into messages of one call. */

import { activePathway, getBaggage, type PatchTools, type Span } from '../../src/kit/index'
import type { Carrier } from './types'

/** Limits of the length of messages of SQS, SNS and EventBridge, former and current. */
const SIZE_LIMITS = [256 * 1024, 1024 * 1024]

export class Outgoing {
  readonly #span: Span
  readonly #tools: PatchTools
  /** The option `batchPropagationEnabled`: if false, only the first message of a batch carries the trace. */
  readonly #isForAll: boolean
  #trace: Carrier | undefined
  #count = 0

  constructor(span: Span, tools: PatchTools) {
    this.#span = span
    this.#tools = tools
    this.#isForAll = tools.state.options.batchPropagationEnabled === true
  }

  /** Returns the carrier of the next message as JSON; undefined when it has none. `type`, `topic`: for data streams. */
  next(type?: string, topic?: string, bytes = 0): string | undefined {
    const carrier: Carrier = {}
    if (this.#count++ === 0 || this.#isForAll) Object.assign(carrier, this.#traceHeaders())
    const { dataStreams } = this.#tools
    if (dataStreams !== undefined && type !== undefined && topic !== undefined) {
      const tags = ['direction:out', `topic:${topic}`, `type:${type}`]
      dataStreams.inject(dataStreams.checkpoint(tags, activePathway(), bytes, this.#span), carrier)
    }
    return Object.keys(carrier).length === 0 ? undefined : JSON.stringify(carrier)
  }

  #traceHeaders(): Carrier {
    if (this.#trace === undefined) {
      this.#trace = {}
      this.#tools.propagator.inject(this.#span, getBaggage(), this.#trace)
    }
    return this.#trace
  }
}

/** Tells whether `bytes` may grow by `added` without AWS refusing a message that it would take as it is. */
export function mayGrow(bytes: number, added: number): boolean {
  return SIZE_LIMITS.every(limit => bytes > limit || bytes + added <= limit)
}

/**
 * Adds `_datadog` as the last field to the text of a JSON object; undefined when the text is no object, or has it already.
 * The rest stays as it was written: numbers of more than 53 bits would not survive parsing.
 */
export function withField(text: string, carrier: string): string | undefined {
  let parsed: unknown
  try {
    parsed = JSON.parse(text)
  } catch {
    return undefined
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed) || '_datadog' in parsed) {
    return undefined
  }
  const end = text.lastIndexOf('}')
  const comma = Object.keys(parsed).length === 0 ? '' : ','
  return `${text.slice(0, end)}${comma}"_datadog":${carrier}${text.slice(end)}`
}
