/** Sizes of messages, for data streams. */

/** Returns the size of a text (UTF-8) or of bytes; 0 for anything else. */
export function bytesOf(value: unknown): number {
  if (typeof value === 'string') return Buffer.byteLength(value)
  return value instanceof Uint8Array ? value.byteLength : 0
}

/** Returns the size of header names and values; a name with several values is counted for each. */
export function bytesOfHeaders(headers: Readonly<Record<string, unknown>> | null | undefined): number {
  if (headers === null || headers === undefined) return 0
  let sum = 0
  for (const [name, value] of Object.entries(headers)) {
    const values = Array.isArray(value) ? value : [value]
    for (const each of values) sum += Buffer.byteLength(name) + bytesOf(each)
  }
  return sum
}
