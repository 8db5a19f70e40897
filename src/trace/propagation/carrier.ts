/** Reads header values out of the objects that libraries have for headers. */

/** Headers by lower-case name. Values can be anything: text, lists, numbers, bytes (Kafka). */
export type Carrier = Readonly<Record<string, unknown>>

/** Longest trace header in characters; a longer one is treated as absent. Node.js allows 16 KiB for all headers. */
export const MAX_HEADER_LENGTH = 8192
/** Most values that are read of a repeated header. */
const MAX_VALUES = 32

/** Returns the text of a header with one value; empty if it is absent, repeated or too long. */
export function headerText(value: unknown, maxLength = MAX_HEADER_LENGTH): string {
  if (typeof value === 'string') return trimmed(value, maxLength)
  if (value === undefined || value === null) return ''
  if (Array.isArray(value)) return value.length === 1 ? scalarText(value[0], maxLength) : ''
  return scalarText(value, maxLength)
}

/**
 * Returns the text of a header that is a list: values of a repeated header are joined by commas (RFC 9110, section
 * 5.3).
 */
export function headerList(value: unknown, maxLength = MAX_HEADER_LENGTH): string {
  if (!Array.isArray(value)) return headerText(value, maxLength)
  let text = ''
  for (let at = 0; at < value.length && at < MAX_VALUES; at++) {
    const part = scalarText(value[at], maxLength)
    if (part === '') continue
    if (text.length + part.length >= maxLength) break
    text = text === '' ? part : `${text},${part}`
  }
  return text
}

function scalarText(value: unknown, maxLength: number): string {
  switch (typeof value) {
    case 'string':
      return trimmed(value, maxLength)
    case 'number':
    case 'bigint':
      return trimmed(String(value), maxLength)
    case 'object':
      if (value instanceof Uint8Array && value.byteLength <= maxLength) {
        return trimmed(
          Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('utf8'),
          maxLength,
        )
      }
  }
  return ''
}

/** Returns `text` without white space around it; empty if it is too long. */
function trimmed(text: string, maxLength: number): string {
  const length = text.length
  if (length === 0 || length > maxLength) return ''
  return text.charCodeAt(0) > 32 && text.charCodeAt(length - 1) > 32 ? text : text.trim()
}
