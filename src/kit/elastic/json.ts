/** JSON of values that may be very large: what exceeds the limits is left out. */

/** The longest text of a tag, in UTF-16 units. */
const MAX_LENGTH = 10_000
const MAX_ITEMS = 1000

/**
 * Returns about ten thousand characters of `value` as JSON, at most. Returns undefined for streams, bytes, and values
 * that cannot be serialised.
 */
export function shortJson(value: unknown): string | undefined {
  if (typeof value === 'string') return value.slice(0, MAX_LENGTH)
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value) || 'pipe' in value)
    return undefined
  let room = MAX_LENGTH
  try {
    return JSON.stringify(value, (key, part) => {
      if (room <= 0) return undefined
      room -= key.length
      if (typeof part === 'string') {
        const text = part.length > room ? part.slice(0, Math.max(room, 0)) : part
        room -= text.length
        return text
      }
      room--
      return Array.isArray(part) && part.length > MAX_ITEMS ? part.slice(0, MAX_ITEMS) : part
    })
  } catch {
    return undefined
  }
}
