/** Records messages as checkpoints of data streams; created only when data streams are monitored. */

import {
  activePathway,
  type DataStreams,
  type PatchTools,
  type Pathway,
  type Span,
} from '../../src/kit/index'
import { bytesOf, bytesOfHeaders } from '../../src/kit/messaging/index'
import type { Fields, Headers, Message } from './types'

export class MessageStreams {
  readonly #streams: DataStreams

  constructor(streams: DataStreams) {
    this.#streams = streams
  }

  static of({ dataStreams }: PatchTools): MessageStreams | undefined {
    return dataStreams === undefined ? undefined : new MessageStreams(dataStreams)
  }

  /** Records a message that is published by the running code, and puts its pathway into `headers`. */
  sent(
    { exchange, routingKey }: Fields,
    headers: Record<string, unknown>,
    content: unknown,
    span: Span,
  ): void {
    const hasKey = typeof routingKey === 'string' && routingKey !== ''
    // The default exchange routes by the name of the queue.
    const place = hasKey && !exchange ? `topic:${routingKey}` : `exchange:${exchange}`
    const tags = ['direction:out', place, `has_routing_key:${hasKey}`, 'type:rabbitmq']
    const pathway = this.#streams.checkpoint(tags, activePathway(), sizeOf(headers, content), span)
    this.#streams.inject(pathway, headers)
  }

  /** Records a message that has come from a queue. */
  received(queue: unknown, { properties, content }: Message, span: Span): Pathway {
    const headers = properties?.headers
    const tags = ['direction:in', `topic:${queue}`, 'type:rabbitmq']
    return this.#streams.checkpoint(tags, this.#streams.extract(headers), sizeOf(headers, content), span)
  }
}

function sizeOf(headers: Headers | null | undefined, content: unknown): number {
  return bytesOf(content) + bytesOfHeaders(headers)
}
