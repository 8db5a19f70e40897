/** One call of `send()` or `sendBatch()`. */

import { getBaggage, type PatchTools, type Pathway, type Span } from '../../src/kit/index'
import type { Producer } from './producer'
import type { MessageStreams } from './streams'
import type { ApiVersions, Message, Produced, ProduceRequest } from './types'

const PRODUCE = 0
/** First version of the Produce API with record headers (Kafka 0.11). */
const FIRST_WITH_HEADERS = 3

/** Running calls by their active span, since kafkajs passes no value of the tracer through. */
const underWay = new Map<Span, Sending>()

/** One topic of a call: its span, and the headers of its messages once they are needed. */
export interface Part {
  readonly topic: string | undefined
  readonly span: Span
  readonly messageCount: number | undefined
  headers: Record<string, string> | undefined
}

/** A running call, with a span for each of its topics. */
export class Sending {
  readonly producer: Producer
  readonly #parts: readonly Part[]
  readonly #tools: PatchTools
  readonly #streams: MessageStreams | undefined
  /** Pathways of the messages, kept for further attempts: a message is counted once. */
  #pathways: Map<Message, Pathway> | undefined

  constructor(
    producer: Producer,
    parts: readonly Part[],
    tools: PatchTools,
    streams: MessageStreams | undefined,
  ) {
    this.producer = producer
    this.#parts = parts
    this.#tools = tools
    this.#streams = streams
    underWay.set(this.first, this)
  }

  static of(span: Span | undefined): Sending | undefined {
    return span === undefined || underWay.size === 0 ? undefined : underWay.get(span)
  }

  /** The span that is active during the call. */
  get first(): Span {
    return this.#parts[0].span
  }

  /** Returns the request with trace headers on copies of its messages; undefined if the broker supports no headers. */
  withHeaders(request: ProduceRequest, versions: ApiVersions | null | undefined): ProduceRequest | undefined {
    const { producer } = this
    const { clusterId } = producer
    for (const { span } of this.#parts) span.tags['kafka.cluster_id'] = clusterId
    const version = versions?.[PRODUCE]?.maxVersion
    const hasHeaders = producer.takesHeaders && !(version !== undefined && version < FIRST_WITH_HEADERS)
    if (!hasHeaders && this.#streams === undefined) return undefined
    const topicData = request.topicData.map(data => {
      const part = this.#parts.find(({ topic }) => topic === data.topic)
      if (part === undefined) return data
      const partitions = data.partitions.map(partition => {
        return { ...partition, messages: partition.messages.map(message => this.#withHeaders(part, message)) }
      })
      return { ...data, partitions }
    })
    return hasHeaders ? { ...request, topicData } : undefined
  }

  /** Records the outcome. Ends all spans but the first, which `endWithResult` ends (client.ts). */
  ended(error: unknown, results: unknown): void {
    underWay.delete(this.first)
    if (this.#streams !== undefined && Array.isArray(results)) this.#streams.acknowledged(results)
    for (const part of this.#parts) {
      const { span } = part
      span.tags['kafka.cluster_id'] ??= this.producer.clusterId
      if (Array.isArray(results)) tagOffsets(part, results)
      if (error !== undefined && span !== this.first) span.setError(error)
      if (span !== this.first) span.finish()
    }
  }

  #withHeaders(part: Part, message: Message): Message {
    // kafkajs cannot encode null, and must still fail with its own error.
    if (message.headers === null) return message
    const headers = { ...message.headers, ...this.#headersOf(part) }
    if (this.#streams !== undefined)
      this.#streams.inject(this.#pathwayOf(part, message, this.#streams), headers)
    return { ...message, headers }
  }

  #headersOf(part: Part): Record<string, string> {
    if (part.headers === undefined) {
      part.headers = {}
      this.#tools.propagator.inject(part.span, getBaggage(), part.headers)
    }
    return part.headers
  }

  #pathwayOf({ topic = '', span }: Part, message: Message, streams: MessageStreams): Pathway {
    this.#pathways ??= new Map()
    let pathway = this.#pathways.get(message)
    if (pathway === undefined) {
      pathway = streams.sent(topic, this.producer.clusterId, message, span)
      this.#pathways.set(message, pathway)
    }
    return pathway
  }
}

/** Tags the offsets by partition: `[{"partition":0,"start_offset":"17"}]`. With `acks: 0` the broker returns none. */
function tagOffsets({ topic, span, messageCount }: Part, results: readonly Produced[]): void {
  const own = results
    .filter(({ topicName }) => topicName === topic)
    .map(({ partition, baseOffset, offset }) => ({
      partition: Number(partition),
      start_offset: String(baseOffset ?? offset),
    }))
    .sort((a, b) => a.partition - b.partition)
  if (own.length === 0) return
  span.tags['kafka.messages.offsets'] = JSON.stringify(own)
  if (messageCount === 1 && own.length === 1) {
    span.tags['kafka.partition'] = own[0].partition
    span.tags['kafka.message.offset'] = own[0].start_offset
  }
}
