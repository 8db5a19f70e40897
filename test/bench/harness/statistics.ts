/** Medians, and ratios that are taken inside a repetition, where both sides saw the same machine. */

import type { Values } from './question'

export interface Summary {
  median: number
  min: number
  max: number
}

/** Undefined when there is nothing to sum up. */
export function summary(values: readonly number[]): Summary | undefined {
  if (values.length === 0) return undefined
  const sorted = [...values].sort((a, b) => a - b)
  return {
    median: quantile(sorted, 0.5),
    min: sorted[0] as number,
    max: sorted[sorted.length - 1] as number,
  }
}

/** Returns a quantile of sorted values; between two values, their mean weighted by nearness. */
export function quantile(sorted: readonly number[], part: number): number {
  const place = (sorted.length - 1) * part
  const below = Math.floor(place)
  const low = sorted[below] ?? Number.NaN
  const high = sorted[Math.min(below + 1, sorted.length - 1)] ?? low
  return low + (high - low) * (place - below)
}

/** One figure of a subject in all repetitions that have it. */
export function valuesOf(
  repetitions: readonly Record<string, Values>[],
  subject: string,
  key: string,
): number[] {
  return repetitions.map(each => each[subject]?.[key]).filter(value => value !== undefined)
}

/** The figure as a multiple of the base's, for each repetition that has both. */
export function ratiosOf(
  repetitions: readonly Record<string, Values>[],
  subject: string,
  base: string,
  key: string,
): number[] {
  return pairsOf(repetitions, subject, base, key)
    .filter(([, other]) => other > 0)
    .map(([own, other]) => own / other)
}

/** The figure less the base's, for each repetition that has both. */
export function addedOf(
  repetitions: readonly Record<string, Values>[],
  subject: string,
  base: string,
  key: string,
): number[] {
  return pairsOf(repetitions, subject, base, key).map(([own, other]) => own - other)
}

function pairsOf(
  repetitions: readonly Record<string, Values>[],
  subject: string,
  base: string,
  key: string,
): [own: number, other: number][] {
  const pairs: [number, number][] = []
  for (const each of repetitions) {
    const own = each[subject]?.[key]
    const other = each[base]?.[key]
    if (own !== undefined && other !== undefined) pairs.push([own, other])
  }
  return pairs
}
