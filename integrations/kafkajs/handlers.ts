/** The spans of consumers: one for each call of a handler. */

import { type PatchTools, type Pathway, type RemoteContext, startSpan, type Tags } from '../../src/kit/index'
import { Handling } from '../../src/kit/messaging/index'
import { MessageStreams } from './streams'
import { type Batch, clusterIdOf, type Received, type Runner } from './types'

/** Bound on links of a span, the one of OpenTelemetry; the links also have to fit into one tag. */
const MAX_LINKS = 128

/** High watermarks of the batches being handled, by topic and partition; never more than the assigned partitions. */
export type Watermarks = Map<string, Map<number, string>>

/** Starts the spans of handlers. */
export interface HandlerSpans {
  message(
    runner: Runner,
    payload: { topic: string; partition: number; message: Received },
    watermarks: Watermarks,
  ): Handling
  batch(runner: Runner, payload: { batch: Batch }): Handling
}

/** Returns the two functions that start spans of handlers. */
export function handlerSpans(tools: PatchTools): HandlerSpans {
  const { runtime, propagator } = tools
  const streams = MessageStreams.of(tools)
  const definition = {
    name: { v0: 'kafka.consume', v1: 'kafka.process' },
    type: 'worker',
    kind: 'consumer',
    serviceSuffix: 'kafka',
    serviceSource: 'kafka',
  } as const
  const single = tools.site(definition)
  const batched = tools.site({ ...definition, tags: { 'messaging.system': 'kafka' } })
  return {
    message(runner, { topic, partition, message }, watermarks) {
      const remote = contextOf(message)
      const tags = tagsOf(runner, topic, partition)
      tags['kafka.message.offset'] = message.offset
      tags['kafka.consumer_lag'] = lagOf(watermarks.get(topic)?.get(partition), message.offset)
      const span = startSpan(runtime, single.site, remote, tags)
      span.resource = topic
      const group = runner.consumerGroup?.groupId as string
      const clusterId = tags['kafka.cluster_id'] as string | undefined
      return new Handling(span, remote?.baggage, streams?.received(topic, group, clusterId, message, span))
    },
    batch(runner, { batch }) {
      const { topic, partition, messages } = batch
      const tags = tagsOf(runner, topic, partition)
      tags['messaging.batch.message_count'] = messages.length
      tags['kafka.consumer_lag'] = lagOf(batch.highWatermark, messages[messages.length - 1]?.offset)
      const span = startSpan(runtime, batched.site, undefined, tags)
      span.resource = topic
      let links = 0
      for (let index = 0; index < messages.length && links < MAX_LINKS; index++) {
        const context = contextOf(messages[index])
        if (context === undefined || (context.traceHi | context.traceLo) === 0) continue
        span.addLink({ context })
        links++
      }
      let pathway: Pathway | undefined
      if (streams !== undefined) {
        streams.fetched(batch)
        const group = runner.consumerGroup?.groupId as string
        const clusterId = tags['kafka.cluster_id'] as string | undefined
        for (const message of messages) pathway = streams.received(topic, group, clusterId, message, span)
      }
      return new Handling(span, undefined, pathway)
    },
  }

  function contextOf(message: Received): RemoteContext | undefined {
    const { headers } = message
    return headers === undefined || headers === null ? undefined : propagator.extract(headers)
  }
}

function tagsOf({ consumerGroup }: Runner, topic: string, partition: number): Tags {
  const group = consumerGroup?.groupId
  return {
    'kafka.topic': topic,
    'messaging.destination.name': topic,
    'kafka.cluster_id': clusterIdOf(consumerGroup?.cluster),
    'kafka.group': typeof group === 'string' ? group : undefined,
    'kafka.partition': partition,
    'kafka.message.offset': undefined,
    'kafka.consumer_lag': undefined,
  }
}

/**
 * Returns how many messages of the partition come after this one, as the agent's Kafka check counts
 * `kafka.consumer_lag`.
 */
function lagOf(highWatermark: string | undefined, offset: string | undefined): number | undefined {
  const lag = Number(highWatermark) - Number(offset) - 1
  return lag >= 0 ? lag : undefined
}
