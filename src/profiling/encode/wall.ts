/** `wall.pprof` of what an engine other than the add-on has seen: its names and labels, without CPU. */

import { type Frame, ProfileBuilder, THREAD_LABELS } from './profile-builder'

/** Samples with one stack. */
export interface Hits {
  /** Leaf first; the root of the engine's tree is no frame. */
  stack: readonly Frame[]
  count: number
  /** ns since the epoch, where each sample keeps its time. */
  endedNs?: bigint
}

export interface WallWindow {
  /** That was asked for. */
  intervalUs: number
  durationUs: number
  /** Of all samples, also those of no code. */
  count: number
  /** ms since the epoch. */
  endMs: number
}

/** The thread did nothing of JavaScript's. */
const NOTHING = new Set(['(root)', '(program)', '(idle)'])
const synthetic = (name: string): Frame => ({ name, file: '', line: 0, column: 0 })
const GARBAGE_COLLECTION = ['Garbage Collection', 'Node.js'].map(synthetic)

export function encodeWallHits(hits: Iterable<Hits>, window: WallWindow): Promise<Uint8Array> {
  const builder = new ProfileBuilder([
    ['sample', 'count'],
    ['wall', 'nanoseconds'],
  ])
  const { intervalUs, durationUs, count: all, endMs } = window
  // The engine may have come late, but twice as late only where nobody waited for it.
  const actualUs = all === 0 ? intervalUs : Math.min(Math.max(durationUs / all, intervalUs), 2 * intervalUs)
  const intervalNs = Math.round(actualUs * 1000)
  for (const { stack, count, endedNs } of hits) {
    const leaf = stack[0]?.name
    if (leaf === undefined || NOTHING.has(leaf)) continue
    const frames = leaf === '(garbage collector)' ? GARBAGE_COLLECTION : stack
    const labels = endedNs === undefined ? THREAD_LABELS : { ...THREAD_LABELS, end_timestamp_ns: endedNs }
    builder.sample(
      frames.map(frame => builder.frame(frame)),
      [count, count * intervalNs],
      labels,
    )
  }
  return builder.finish({
    periodType: ['wall', 'nanoseconds'],
    period: intervalNs,
    timeNanos: BigInt(Math.round(endMs)) * 1_000_000n,
    durationNanos: Math.round(durationUs * 1000),
    defaultType: 'wall',
  })
}
