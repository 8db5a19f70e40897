/** The parts of kafkajs' objects that the integration reads. They are internal, so nothing is sure to be there. */

import type { AnyFunction } from '../../src/kit/index'

/** A message as the application passes it, and as kafkajs keeps it until it is encoded. */
export interface Message {
  key?: unknown
  value?: unknown
  headers?: Headers | null
}

/** Headers: texts, bytes, or lists of these; in received messages bytes, or lists of these. */
export type Headers = Readonly<Record<string, unknown>>

export interface Received extends Message {
  /** Offset as a decimal text. */
  offset: string
}

export interface TopicMessages {
  topic?: unknown
  messages?: unknown
}

/** A producer or a transaction. */
export interface Sender {
  send: AnyFunction
  sendBatch: AnyFunction
  transaction?: AnyFunction
}

export interface Cluster {
  /** Metadata is null until the first request; brokers before 0.10.1 send no cluster id. */
  brokerPool?: { metadata?: { clusterId?: unknown } | null }
}

/** Supported versions by API key; 0 is Produce. */
export type ApiVersions = Readonly<Record<number, { maxVersion?: number } | undefined>>

export interface Broker {
  versions?: ApiVersions | null
}

export interface ProduceRequest {
  topicData: readonly TopicData[]
}

interface TopicData {
  topic: string
  partitions: readonly { messages: readonly Message[] }[]
}

/** Result for one partition. Brokers before 0.11 call the offset `offset`. */
export interface Produced {
  topicName?: unknown
  partition?: unknown
  baseOffset?: unknown
  offset?: unknown
}

export interface Batch {
  topic: string
  partition: number
  /** Offset that the next message will get, as a decimal text. */
  highWatermark: string
  messages: readonly Received[]
}

/** Internal class that calls the handlers passed to `consumer.run()`. */
export interface Runner {
  eachMessage?: AnyFunction | null
  eachBatch?: AnyFunction | null
  consumerGroup?: { groupId?: unknown; cluster?: Cluster }
}

export function clusterIdOf(cluster: Cluster | undefined): string | undefined {
  const id = cluster?.brokerPool?.metadata?.clusterId
  return typeof id === 'string' && id !== '' ? id : undefined
}
