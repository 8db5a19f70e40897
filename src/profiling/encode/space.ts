/** Encodes `space.pprof` for engines other than the add-on. */

import { type Frame, ProfileBuilder, THREAD_LABELS } from './profile-builder'

/** Objects that one stack has allocated and that are alive. */
export interface LiveAllocations {
  /** Frames, leaf first. */
  stack: readonly Frame[]
  objects: number
  bytes: number
}

/** Encodes the allocations; `intervalBytes` is the average distance between two samples. */
export function encodeLiveAllocations(
  allocations: Iterable<LiveAllocations>,
  intervalBytes: number,
): Promise<Uint8Array> {
  const builder = new ProfileBuilder([
    ['inuse_objects', 'count'],
    ['inuse_space', 'bytes'],
  ])
  for (const { stack, objects, bytes } of allocations) {
    builder.sample(
      stack.map(frame => builder.frame(frame)),
      [objects, bytes],
      THREAD_LABELS,
    )
  }
  return builder.finish({
    periodType: ['space', 'bytes'],
    period: intervalBytes,
    timeNanos: BigInt(Date.now()) * 1_000_000n,
    durationNanos: 0,
    defaultType: 'inuse_space',
  })
}
