/** Keeps one copy of each short string that comes again and again: names, keys, hosts, methods. */

const MAX_LENGTH = 128
const MAX_ENTRIES = 16_384

let known = new Map<string, string>()

/** Returns the first string that was equal to `value`, so that a thousand spans share it. Forgets all when full. */
export function intern(value: string): string {
  if (value.length > MAX_LENGTH) return value
  const first = known.get(value)
  if (first !== undefined) return first
  if (known.size >= MAX_ENTRIES) known = new Map()
  known.set(value, value)
  return value
}
