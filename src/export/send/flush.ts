/** How an exporter is flushed and shut down: what its queue holds leaves, or is counted as lost. */

import { endsWithin } from '../../core/deadline'
import { log } from '../../core/log'
import type { DeliveryCounts } from './delivery-counts'
import type { FlushResult, Unsent } from './exporter'
import type { PayloadQueue } from './queue'
import type { SendLoop } from './send-loop'

export interface FlushParts {
  queue: PayloadQueue
  sendLoop: SendLoop
  counts: DeliveryCounts
}

/** Everything in the queue is to leave within `timeoutMs`. */
export async function flushQueue(
  { queue, sendLoop, counts }: FlushParts,
  timeoutMs: number,
): Promise<FlushResult> {
  let timedOut = false
  if (queue.size > 0) {
    const left = sendLoop.flushes.wait(queue.lastOrder)
    sendLoop.start()
    sendLoop.hurry()
    timedOut = !(await endsWithin(left, timeoutMs))
  }
  return { ...counts.takeNews(), timedOut }
}

/** After a flush: nothing more is sent. `unsent` takes out what is left, `whom` names who did not take it. */
export function dropRest(
  { sendLoop, counts }: FlushParts,
  { sent, dropped, timedOut }: FlushResult,
  unsent: () => Unsent,
  whom: string,
): FlushResult {
  sendLoop.stop()
  const { traceCount, spanCount } = unsent()
  if (traceCount > 0) {
    counts.countDropped('shut down', traceCount, spanCount)
    log.warn('shut down', `${traceCount} ${counts.what} are lost: ${whom} did not take them in time`)
  }
  const late = counts.takeNews()
  return { sent: sent + late.sent, dropped: dropped + late.dropped, timedOut }
}
