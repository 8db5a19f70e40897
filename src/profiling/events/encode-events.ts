/** `events.pprof`: one sample for each event, whose value is its duration. */

import { toBigInt } from '../../std/u64'
import { ProfileBuilder, THREAD_LABELS } from '../encode/profile-builder'
import { inSlices, type Pausing } from '../slices'
import type { TimelineEvent } from './event'

const NANOS_PER_MS = 1e6

/** `nowMs` of `performance.now()` is `epochMs`. Thousands of events are ten milliseconds of work, done in slices. */
export async function encodeEvents(
  events: readonly TimelineEvent[],
  startedMs: number,
  nowMs: number,
  epochMs: number,
): Promise<Uint8Array> {
  const builder = new ProfileBuilder([['timeline', 'nanoseconds']])
  // Viewers ignore a function without a name.
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
