/** State of one producer of the application. */

import { log } from '../../src/kit/index'
import { type Cluster, clusterIdOf } from './types'

/** A producer, with what the tracer has learnt of its cluster. */
export class Producer {
  /** Broker addresses that the client was given, separated by commas. */
  readonly servers: string | undefined
  cluster: Cluster | undefined
  /** False once a broker has refused the headers of the tracer. */
  takesHeaders = true
  #clusterId: string | undefined

  constructor(servers: string | undefined) {
    this.servers = servers
  }

  /** Id of the cluster, from metadata that kafkajs requests anyway; known from the first message on. */
  get clusterId(): string | undefined {
    this.#clusterId ??= clusterIdOf(this.cluster)
    return this.#clusterId
  }

  /**
   * Handles a failed request. Kafka-compatible servers without record headers answer with `KafkaJSProtocolError` of
   * type UNKNOWN: this producer sends no headers from then on.
   */
  failed(error: { name?: unknown; type?: unknown } | undefined): void {
    if (error?.name !== 'KafkaJSProtocolError' || error.type !== 'UNKNOWN') return
    this.takesHeaders = false
    log.warn(
      'kafkajs headers',
      'a kafka broker may have refused the trace headers: this producer sends none from now on',
    )
  }
}
