/** Upper ends of the buckets of histograms. The last bucket, without an end, is not among them. */

/** Seconds. */
export const TIMING_BOUNDS: readonly number[] = [
  0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60,
]

/** Of values whose unit nobody knows. */
export const VALUE_BOUNDS: readonly number[] = [
  0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10, 50, 100, 500, 1000, 5000, 10_000, 50_000, 100_000, 500_000,
  1_000_000,
]

/** Most of one histogram: each is a line of every series of it. */
const MAX_BOUNDS = 100

/** Sorted, each once; undefined when there is no number among them. */
export function readBounds(given: unknown): number[] | undefined {
  if (!Array.isArray(given)) return undefined
  const numbers = given.filter(each => typeof each === 'number' && Number.isFinite(each)) as number[]
  const bounds = [...new Set(numbers)].sort((a, b) => a - b).slice(0, MAX_BOUNDS)
  return bounds.length === 0 ? undefined : bounds
}

/** Index of the first bound that is no less than `value`; their number when there is none. */
export function bucketOf(bounds: readonly number[], value: number): number {
  let low = 0
  let high = bounds.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (bounds[middle] < value) low = middle + 1
    else high = middle
  }
  return low
}
