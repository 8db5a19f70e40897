/** The spans of producers: one for each topic of a call. */

import { activeSpan, type PatchTools, startSpan, type Tags, tagPeer } from '../../src/kit/index'
import type { Producer } from './producer'
import { type Part, Sending } from './sending'
import { MessageStreams } from './streams'
import type { TopicMessages } from './types'

const SERVERS = 'messaging.kafka.bootstrap.servers'
const PEER = [SERVERS]

/** Starts the spans of calls that send messages. */
export interface SendSpans {
  /** Starts the spans of a call; undefined if `topics`, which is what the application passed, is empty. */
  start(producer: Producer, topics: unknown): Sending | undefined
}

/** Returns the function that starts spans of calls. */
export function sendSpans(tools: PatchTools): SendSpans {
  const { runtime, config } = tools
  const streams = MessageStreams.of(tools)
  const site = tools.site({
    name: { v0: 'kafka.produce', v1: 'kafka.send' },
    kind: 'producer',
    serviceSuffix: 'kafka',
    serviceSource: 'kafka',
  })
  const start = (producer: Producer, topic: string | undefined, messageCount: number | undefined): Part => {
    const tags: Tags = {
      'kafka.topic': topic,
      'messaging.destination.name': topic,
      'kafka.cluster_id': producer.clusterId,
      'kafka.batch_size': messageCount,
      [SERVERS]: producer.servers,
      'kafka.messages.offsets': undefined,
      'kafka.partition': undefined,
      'kafka.message.offset': undefined,
    }
    const span = startSpan(runtime, site.site, activeSpan(), tags)
    if (topic !== undefined) span.resource = topic
    tagPeer(span, config, PEER)
    return { topic, span, messageCount, headers: undefined }
  }
  return {
    start(producer, topics) {
      // Calls that kafkajs refuses get a span as well.
      if (!Array.isArray(topics))
        return new Sending(producer, [start(producer, undefined, undefined)], tools, streams)
      const parts: Part[] = []
      for (const [topic, count] of countByTopic(topics)) parts.push(start(producer, topic, count))
      return parts.length === 0 ? undefined : new Sending(producer, parts, tools, streams)
    },
  }
}

/** Counts messages by topic, which may occur more than once in a call. */
function countByTopic(
  topics: readonly (TopicMessages | undefined)[],
): Map<string | undefined, number | undefined> {
  const counts = new Map<string | undefined, number | undefined>()
  for (const each of topics) {
    const topic = typeof each?.topic === 'string' ? each.topic : undefined
    const count = Array.isArray(each?.messages) ? each.messages.length : undefined
    counts.set(topic, count === undefined ? counts.get(topic) : (counts.get(topic) ?? 0) + count)
  }
  return counts
}
