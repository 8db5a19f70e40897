/** What is known of one producer of the application. */

import { log } from '../../src/kit/index'
import { type Cluster, clusterIdOf } from './types'

export class Producer {
  /** Addresses that the client was given. */
  readonly servers: string | undefined
  cluster: Cluster | undefined
  /** Until one of its brokers has refused our headers. */
  takesHeaders = true
  #clusterId: string | undefined

  constructor(servers: string | undefined) {
    this.servers = servers
  }

  /** From what kafkajs asks the broker anyway: known from the first message on. */
  get clusterId(): string | undefined {
    this.#clusterId ??= clusterIdOf(this.cluster)
    return this.#clusterId
  }

  /** Some brokers, and things that look like one, answer so to a message with headers. */
  failed(error: { name?: unknown; type?: unknown } | undefined): void {
    if (error?.name !== 'KafkaJSProtocolError' || error.type !== 'UNKNOWN') return
    this.takesHeaders = false
    log.warn(
      'kafkajs headers',
      'a kafka broker may have refused our headers: its producer sends none from now on',
    )
  }
}
