/** How an exporter is flushed and shut down: what its queue holds leaves, or is counted as lost. */

import { endsWithin } from '../../core/deadline'
import { log } from '../../core/log'
import type { Tally } from './delivery-counts'
import type { FlushResult, Unsent } from './exporter'
import type { PayloadQueue } from './queue'
import type { Courier } from './send-loop'

export interface Leaving {
  queue: PayloadQueue
  courier: Courier
  tally: Tally
}

/** Everything in the queue is to leave within `timeoutMs`. */
export async function flushQueue(
  { queue, courier, tally }: Leaving,
  timeoutMs: number,
): Promise<FlushResult> {
  let timedOut = false
  if (queue.size > 0) {
    const left = courier.flushes.wait(queue.lastOrder)
    courier.start()
    courier.hurry()
    timedOut = !(await endsWithin(left, timeoutMs))
  }
  return { ...tally.takeNews(), timedOut }
}

/** After a flush: nothing more is sent. `unsent` takes out what is left, `whom` names who did not take it. */
export function dropRest(
  { courier, tally }: Leaving,
  { sent, dropped, timedOut }: FlushResult,
  unsent: () => Unsent,
  whom: string,
): FlushResult {
  courier.stop()
  const { traceCount, spanCount } = unsent()
  if (traceCount > 0) {
    tally.countDropped('shut down', traceCount, spanCount)
    log.warn('shut down', `${traceCount} ${tally.what} are lost: ${whom} did not take them in time`)
  }
  const late = tally.takeNews()
  return { sent: sent + late.sent, dropped: dropped + late.dropped, timedOut }
}
