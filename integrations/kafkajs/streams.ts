/** Messages as checkpoints of data streams; made only when these are monitored. */

import {
  activePathway,
  type DataStreams,
  type PatchTools,
  type Pathway,
  type Span,
} from '../../src/kit/index'
import { bytesOf, bytesOfHeaders } from '../../src/kit/messaging/index'
import type { Batch, Message, Produced } from './types'

export class MessageStreams {
  readonly #streams: DataStreams

  constructor(streams: DataStreams) {
    this.#streams = streams
  }

  static of({ dataStreams }: PatchTools): MessageStreams | undefined {
    return dataStreams === undefined ? undefined : new MessageStreams(dataStreams)
  }

  /** A message leaves for a topic, from what the running code handles. */
  sent(topic: string, clusterId: string | undefined, message: Message, span: Span): Pathway {
    const tags = tagsOf('out', topic, clusterId)
    return this.#streams.checkpoint(tags, activePathway(), sizeOf(message), span)
  }

  /** A message has come to a group of consumers. */
  received(
    topic: string,
    group: string | undefined,
    clusterId: string | undefined,
    message: Message,
    span: Span,
  ): Pathway {
    const tags = [...tagsOf('in', topic, clusterId), `group:${group}`]
    return this.#streams.checkpoint(tags, this.#streams.extract(message.headers), sizeOf(message), span)
  }

  inject(pathway: Pathway, headers: Record<string, unknown>): void {
    this.#streams.inject(pathway, headers)
  }

  /** The broker has taken messages. */
  acknowledged(results: readonly Produced[]): void {
    for (const { topicName, partition, baseOffset, offset } of results) {
      const tags = ['type:kafka_produce', `topic:${topicName}`, `partition:${partition}`]
      this.#streams.backlog(tags, Number(baseOffset ?? offset))
    }
  }

  /** How far a partition had been written when its messages were fetched. */
  fetched({ topic, partition, highWatermark }: Batch): void {
    const tags = ['type:kafka_high_watermark', `topic:${topic}`, `partition:${partition}`]
    this.#streams.backlog(tags, Number(highWatermark))
  }

  /** A group has handled everything before these offsets. */
  committed(group: string | undefined, topics: readonly CommittedTopic[]): void {
    for (const { topic, partitions } of topics) {
      for (const { partition, offset } of partitions) {
        const tags = [
          'type:kafka_commit',
          `consumer_group:${group}`,
          `topic:${topic}`,
          `partition:${partition}`,
        ]
        this.#streams.backlog(tags, Number(offset))
      }
    }
  }
}

export interface CommittedTopic {
  topic: string
  partitions: readonly { partition: number; offset: unknown }[]
}

/** What a consumer, or a transaction, tells the broker when it commits. */
export interface CommitRequest {
  groupId?: string
  topics: readonly CommittedTopic[]
}

/** Wraps what commits go through; `offset` is text or a number of a library for long ones, which prints as text. */
export function patchCommits(prototype: object, tools: PatchTools): void {
  const streams = MessageStreams.of(tools)
  if (streams === undefined) return
  for (const name of ['offsetCommit', 'txnOffsetCommit']) {
    tools.wrap(prototype, name, original => {
      return function (this: unknown, request: CommitRequest): unknown {
        const answer = Reflect.apply(original, this, arguments) as Promise<unknown>
        if (tools.state.enabled && answer instanceof Promise) {
          answer.then(
            () => tools.fenced(() => streams.committed(request.groupId, request.topics)),
            () => {},
          )
        }
        return answer
      }
    })
  }
}

function tagsOf(direction: 'in' | 'out', topic: string, clusterId: string | undefined): string[] {
  const tags = [`direction:${direction}`, `topic:${topic}`, 'type:kafka']
  if (clusterId !== undefined) tags.push(`kafka_cluster_id:${clusterId}`)
  return tags
}

/** Bytes of key, value and headers. */
function sizeOf({ key, value, headers }: Message): number {
  return bytesOf(key) + bytesOf(value) + bytesOfHeaders(headers)
}
