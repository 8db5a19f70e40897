/** The name that a misspelt name was meant to be. */

/**
 * Returns the nearest of `names` within `limit` edits; undefined where there is none. Equal edits: the first name.
 */
export function nearest(name: string, names: Iterable<string>, limit: number): string | undefined {
  let best: string | undefined
  let least = limit + 1
  for (const each of names) {
    const edits = editsBetween(name, each, least)
    if (edits < least) {
      least = edits
      best = each
    }
  }
  return best
}

/**
 * Returns how many letters are added, removed, replaced or exchanged with their neighbour; `limit` when that is
 * reached.
 */
function editsBetween(one: string, other: string, limit: number): number {
  if (Math.abs(one.length - other.length) >= limit) return limit
  let last: number[] = []
  let leastBefore = 0
  let row = Array.from({ length: other.length + 1 }, (_, index) => index)
  for (let i = 1; i <= one.length; i++) {
    const next = [i]
    let least = i
    for (let j = 1; j <= other.length; j++) {
      const same = one[i - 1] === other[j - 1]
      next[j] = Math.min(row[j] + 1, next[j - 1] + 1, row[j - 1] + (same ? 0 : 1))
      if (i > 1 && j > 1 && one[i - 1] === other[j - 2] && one[i - 2] === other[j - 1])
        next[j] = Math.min(next[j], last[j - 2] + 1)
      if (next[j] < least) least = next[j]
    }
    // Each later row is at least as far as the nearer one of two rows: most names are given up after a few letters.
    if (least >= limit && leastBefore >= limit) return limit
    leastBefore = least
    last = row
    row = next
  }
  return Math.min(row[other.length], limit)
}
