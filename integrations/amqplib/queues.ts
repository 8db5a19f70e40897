/** Remembers which queue each consumer of a channel reads: a delivered message names only the consumer. */

import { Mark } from '../../src/kit/index'
import { BASIC_CANCEL, BASIC_CONSUME } from './methods'
import type { Fields } from './types'

class Queues extends Mark {
  /** Names of queues by consumer tag. */
  #queues = new Map<unknown, unknown>()

  static of(channel: object): Map<unknown, unknown> | undefined {
    return #queues in channel ? (channel as Queues).#queues : undefined
  }
}

export function queueOf(channel: object, consumerTag: unknown): unknown {
  return Queues.of(channel)?.get(consumerTag)
}

/** Updates the list when the server has confirmed a request. */
export function remember(channel: object, method: number, asked: Fields, answer: Fields | undefined): void {
  if (method === BASIC_CONSUME) {
    if (Queues.of(channel) === undefined) new Queues(channel)
    Queues.of(channel)?.set(answer?.consumerTag, asked.queue)
  } else if (method === BASIC_CANCEL) forget(channel, asked.consumerTag)
}

export function forget(channel: object, consumerTag: unknown): void {
  Queues.of(channel)?.delete(consumerTag)
}
