/** Encodes `wall.pprof` for engines other than the add-on, with the same names and labels but without CPU time. */

import { type Frame, ProfileBuilder, THREAD_LABELS } from './profile-builder'

/** Samples that have the same stack. */
export interface Hits {
  /** Frames, leaf first; the root of the engine's tree is not one. */
  stack: readonly Frame[]
  count: number
  /** Time in ns since the epoch, if each sample keeps its time. */
  endedNs?: bigint
}

/** Times and counts of a window of wall samples. */
export interface WallWindow {
  /** Time between samples that the engine was told to keep. */
  intervalUs: number
  durationUs: number
  /** Number of all samples, including those where no JavaScript ran. */
  count: number
  /** End of the window in ms since the epoch. */
  endMs: number
}

/** Leaves of samples where no JavaScript ran. */
const NO_JAVASCRIPT = new Set(['(root)', '(program)', '(idle)'])
const synthetic = (name: string): Frame => ({ name, file: '', line: 0, column: 0 })
const GARBAGE_COLLECTION = ['Garbage Collection', 'Node.js'].map(synthetic)

/** Encodes the samples of a window. Samples where no JavaScript ran are left out. */
export function encodeWallHits(hits: Iterable<Hits>, window: WallWindow): Promise<Uint8Array> {
  const builder = new ProfileBuilder([
    ['sample', 'count'],
    ['wall', 'nanoseconds'],
  ])
  const { intervalUs, durationUs, count: all, endMs } = window
  // Samples come late on a busy machine. An average above twice the interval has another reason: the thread slept.
  const actualUs = all === 0 ? intervalUs : Math.min(Math.max(durationUs / all, intervalUs), 2 * intervalUs)
  const intervalNs = Math.round(actualUs * 1000)
  for (const { stack, count, endedNs } of hits) {
    const leaf = stack[0]?.name
    if (leaf === undefined || NO_JAVASCRIPT.has(leaf)) continue
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
