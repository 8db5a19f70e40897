/** Sizes of messages, for data streams. */

/** Of text and of bytes; anything else counts nothing. */
export function bytesOf(value: unknown): number {
  if (typeof value === 'string') return Buffer.byteLength(value)
  return value instanceof Uint8Array ? value.byteLength : 0
}

/** Of names and values; a name with several values counts for each. */
export function bytesOfHeaders(headers: Readonly<Record<string, unknown>> | null | undefined): number {
  if (headers === null || headers === undefined) return 0
  let sum = 0
  for (const [name, value] of Object.entries(headers)) {
    const values = Array.isArray(value) ? value : [value]
    for (const each of values) sum += Buffer.byteLength(name) + bytesOf(each)
  }
  return sum
}
