/** Encodes `events.pprof`: one sample for each event, whose value is the event's duration. */

import { toBigInt } from '../../std/u64'
import { ProfileBuilder, THREAD_LABELS } from '../encode/profile-builder'
import { inSlices, type Pausing } from '../slices'
import type { TimelineEvent } from './event'

const NANOS_PER_MS = 1e6

/**
 * Encodes events of the window from `startedMs` to `nowMs`, both in ms of `performance.now()`; `nowMs` is `epochMs`
 * since the epoch. Thousands of events take ten milliseconds, so the work is done in slices.
 */
export async function encodeEvents(
  events: readonly TimelineEvent[],
  startedMs: number,
  nowMs: number,
  epochMs: number,
): Promise<Uint8Array> {
  const builder = new ProfileBuilder([['timeline', 'nanoseconds']])
  // A function without a name, since viewers leave that out.
  const stack = [builder.nameless()]
  const toEpochNs = (ms: number): bigint => BigInt(Math.round((epochMs + ms - nowMs) * 1000)) * 1000n
  function* addAll(): Pausing<void> {
    for (const { startMs, durationMs, labels, span } of events) {
      builder.sample(stack, [Math.round(durationMs * NANOS_PER_MS)], {
        ...THREAD_LABELS,
        ...labels,
        end_timestamp_ns: toEpochNs(startMs + durationMs),
        ...(span && {
          'span id': toBigInt(span.idHi, span.idLo),
          'local root span id': toBigInt(span.rootHi, span.rootLo),
        }),
      })
      yield
    }
  }
  await inSlices(addAll())
  return builder.finish({
    periodType: ['timeline', 'nanoseconds'],
    period: 1,
    timeNanos: toEpochNs(nowMs),
    durationNanos: Math.round((nowMs - startedMs) * NANOS_PER_MS),
    defaultType: 'timeline',
  })
}
