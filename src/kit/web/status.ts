/** HTTP statuses that count as errors. */

/** Returns true if the status is no error. */
export type StatusCheck = (status: number) => boolean

/** Parses ranges such as `500-599,404`, also reversed ones. Returns undefined if a part is no status and no range. */
export function parseStatuses(text: string): [number, number][] | undefined {
  const ranges: [number, number][] = []
  for (const part of text.split(',')) {
    const match = /^\s*([1-5]\d\d)(?:\s*-\s*([1-5]\d\d))?\s*$/.exec(part)
    if (match === null) return undefined
    const first = Number(match[1])
    const last = match[2] === undefined ? first : Number(match[2])
    ranges.push([Math.min(first, last), Math.max(first, last)])
  }
  return ranges
}

/** Returns whether `status` is in one of the ranges. */
export function isErrorStatus(ranges: readonly [number, number][], status: number): boolean {
  for (const [first, last] of ranges) if (status >= first && status <= last) return true
  return false
}
