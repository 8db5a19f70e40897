/** Messages as checkpoints of data streams; used only if those are monitored. */

import {
  activePathway,
  type DataStreams,
  type PatchTools,
  type Pathway,
  type Span,
} from '../../src/kit/index'
import { bytesOf, bytesOfHeaders } from '../../src/kit/messaging/index'
import type { Batch, Message, Produced } from './types'

/** Sets checkpoints and records offsets for data streams monitoring. */
export class MessageStreams {
  readonly #streams: DataStreams

  constructor(streams: DataStreams) {
    this.#streams = streams
  }

  static of({ dataStreams }: PatchTools): MessageStreams | undefined {
    return dataStreams === undefined ? undefined : new MessageStreams(dataStreams)
  }

  /** Sets the checkpoint of a message that is sent, after those of the message being handled. */
  sent(topic: string, clusterId: string | undefined, message: Message, span: Span): Pathway {
    const tags = tagsOf('out', topic, clusterId)
    return this.#streams.checkpoint(tags, activePathway(), sizeOf(message), span)
  }

  /** Sets the checkpoint of a message that a consumer group received. */
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

  /** Records the offsets of messages that the broker has stored. */
  acknowledged(results: readonly Produced[]): void {
    for (const { topicName, partition, baseOffset, offset } of results) {
      const tags = ['type:kafka_produce', `topic:${topicName}`, `partition:${partition}`]
      this.#streams.backlog(tags, Number(baseOffset ?? offset))
    }
  }

  /** Records how far a partition had been written when messages were fetched. */
  fetched({ topic, partition, highWatermark }: Batch): void {
    const tags = ['type:kafka_high_watermark', `topic:${topic}`, `partition:${partition}`]
    this.#streams.backlog(tags, Number(highWatermark))
  }

  /** Records the offsets that a group has committed: every earlier message is handled. */
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

/** Committed offsets of one topic. */
export interface CommittedTopic {
  topic: string
  partitions: readonly { partition: number; offset: unknown }[]
}

/** Request by which a consumer or a transaction commits offsets. */
export interface CommitRequest {
  groupId?: string
  topics: readonly CommittedTopic[]
}

/** Wraps the methods that send commits. `offset` is a text, or a number object of a library, which prints as text. */
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

/** Returns the size of key, value and headers in bytes. */
function sizeOf({ key, value, headers }: Message): number {
  return bytesOf(key) + bytesOf(value) + bytesOfHeaders(headers)
}
