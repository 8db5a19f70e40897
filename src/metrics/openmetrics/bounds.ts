/** Upper ends of the buckets of histograms. The last bucket, without an end, is not among them. */

/** Bounds of timings, in seconds. */
export const TIMING_BOUNDS: readonly number[] = [
  0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60,
]

/** Bounds of values whose unit is unknown. */
export const VALUE_BOUNDS: readonly number[] = [
  0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10, 50, 100, 500, 1000, 5000, 10_000, 50_000, 100_000, 500_000,
  1_000_000,
]

/** Largest number of bounds of a histogram: each is a line for every one of its series. */
const MAX_BOUNDS = 100

/** Returns the finite numbers in `given`, sorted, each once; undefined when there is none. */
export function readBounds(given: unknown): number[] | undefined {
  if (!Array.isArray(given)) return undefined
  const numbers = given.filter(each => typeof each === 'number' && Number.isFinite(each)) as number[]
  const bounds = [...new Set(numbers)].sort((a, b) => a - b).slice(0, MAX_BOUNDS)
  return bounds.length === 0 ? undefined : bounds
}

/** Returns the index of the first bound that is no less than `value`; `bounds.length` when there is none. */
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
