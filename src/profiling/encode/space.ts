/** `space.pprof` of what an engine other than the add-on has seen. */

import { type Frame, ProfileBuilder, THREAD_LABELS } from './profile-builder'

/** What lives of all that one stack has allocated. */
export interface Holding {
  /** Leaf first. */
  stack: readonly Frame[]
  objects: number
  bytes: number
}

export function encodeSpaceHoldings(holdings: Iterable<Holding>, intervalBytes: number): Promise<Uint8Array> {
  const builder = new ProfileBuilder([
    ['inuse_objects', 'count'],
    ['inuse_space', 'bytes'],
  ])
  for (const { stack, objects, bytes } of holdings) {
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
