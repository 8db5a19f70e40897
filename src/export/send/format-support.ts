/**
 * Finds out which trace formats the agent takes, before the first payload leaves in a format that can be downgraded.
 */

import { log } from '../../core/log'
import { errorCode, type Transport } from '../../core/transport'
import { formatOf, type TraceFormat } from '../encode/formats'
import type { AgentInfoSource } from './agent-info'

/** What is known about the agent's formats. */
export class FormatSupport {
  readonly #transport: Transport
  readonly #info: AgentInfoSource
  readonly #formats: readonly TraceFormat[]
  readonly #onMissing: (format: TraceFormat) => void
  readonly #confirmed = new Set<TraceFormat>()
  readonly #missing = new Set<TraceFormat>()

  /** `onMissing` is told each format that the agent turns out not to take, once. */
  constructor(
    transport: Transport,
    info: AgentInfoSource,
    formats: readonly TraceFormat[],
    onMissing: (format: TraceFormat) => void,
  ) {
    this.#transport = transport
    this.#info = info
    this.#formats = formats
    this.#onMissing = onMissing
  }

  /** Whether payloads of `format` can be sent without asking. */
  isKnown(format: TraceFormat): boolean {
    return format.downgrade === undefined || this.#confirmed.has(format)
  }

  /** Whether payloads of `format` have to be rewritten; it stays so for the process. */
  isMissing(format: TraceFormat): boolean {
    return this.#missing.has(format)
  }

  /** Returns the format that `format` is downgraded to. */
  olderThan(format: TraceFormat): TraceFormat {
    return formatOf(this.#formats, format.downgradeTo)
  }

  /** Finds out whether the agent takes `format`. An agent without `/info` is an old one; rejects when none answers. */
  async ask(format: TraceFormat): Promise<void> {
    try {
      const info = await this.#info.fetch()
      if (info?.endpoints.includes(format.path)) this.#confirmed.add(format)
      else this.miss(format, info === undefined ? 'it has no /info' : 'it is not in its /info')
    } catch (error) {
      if (errorCode(error) !== 'ETIMEDOUT') throw error
      this.miss(format, 'its /info does not answer')
    }
  }

  /** To be called when the agent turns out not to take `format`. */
  miss(format: TraceFormat, why: string): void {
    if (this.#missing.has(format)) return
    this.#missing.add(format)
    this.#confirmed.delete(format)
    const { path } = this.olderThan(format)
    log.warn(
      `no ${format.path}`,
      `agent at ${this.#transport.url} does not take ${format.path} (${why}), ${path} is used`,
    )
    this.#onMissing(format)
  }

  /** To be called when the transport leads to another agent, which has to be asked anew. */
  reset(): void {
    this.#confirmed.clear()
  }
}
