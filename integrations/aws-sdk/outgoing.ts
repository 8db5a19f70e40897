/** Puts the trace, and the checkpoint of data streams, into messages of one call. */

import { activePathway, getBaggage, type PatchTools, type Span } from '../../src/kit/index'
import type { Carrier } from './types'

/** Longest messages of SQS, SNS and EventBridge, then and now. */
const SIZE_LIMITS = [256 * 1024, 1024 * 1024]

export class Outgoing {
  readonly #span: Span
  readonly #tools: PatchTools
  /** `batchPropagationEnabled`: otherwise only the first message of a batch carries the trace. */
  readonly #isForAll: boolean
  #trace: Carrier | undefined
  #count = 0

  constructor(span: Span, tools: PatchTools) {
    this.#span = span
    this.#tools = tools
    this.#isForAll = tools.state.options.batchPropagationEnabled === true
  }

  /** What the next message is to carry, as JSON; undefined when nothing. `type` and `topic` are those of data streams. */
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

/** Whether `bytes` may grow by `added`: not when that would make AWS refuse what it takes without us. */
export function mayGrow(bytes: number, added: number): boolean {
  return SIZE_LIMITS.every(limit => bytes > limit || bytes + added <= limit)
}

/**
 * Text of a JSON object with `_datadog` as its last field; undefined when it is none, or has the field. The rest stays as
 * it was written: numbers of more than 53 bits would not survive parsing.
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
