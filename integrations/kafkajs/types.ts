/** What the integration reads of kafkajs' objects; nothing of it is sure to be there. */

import type { AnyFunction } from '../../src/kit/index'

/** As an application gives it, and as kafkajs has it until it is encoded. */
export interface Message {
  key?: unknown
  value?: unknown
  headers?: Headers | null
}

/** To be sent: text or bytes, or lists of these. Received: bytes, or lists of these. */
export type Headers = Readonly<Record<string, unknown>>

export interface Received extends Message {
  /** Decimal. */
  offset: string
}

export interface TopicMessages {
  topic?: unknown
  messages?: unknown
}

/** Of `producer()`, and of a transaction. */
export interface Sender {
  send: AnyFunction
  sendBatch: AnyFunction
  transaction?: AnyFunction
}

export interface Cluster {
  /** `metadata` is null until it was asked for; the id is absent where brokers are older than 0.10.1. */
  brokerPool?: { metadata?: { clusterId?: unknown } | null }
}

/** By key of the API; 0 is Produce. */
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

/** One for each partition that got something. Brokers before 0.11 say `offset`. */
export interface Produced {
  topicName?: unknown
  partition?: unknown
  baseOffset?: unknown
  offset?: unknown
}

export interface Batch {
  topic: string
  partition: number
  /** Offset that the next message will get, decimal. */
  highWatermark: string
  messages: readonly Received[]
}

/** What calls the handlers that `consumer.run()` was given. */
export interface Runner {
  eachMessage?: AnyFunction | null
  eachBatch?: AnyFunction | null
  consumerGroup?: { groupId?: unknown; cluster?: Cluster }
}

export function clusterIdOf(cluster: Cluster | undefined): string | undefined {
  const id = cluster?.brokerPool?.metadata?.clusterId
  return typeof id === 'string' && id !== '' ? id : undefined
}
