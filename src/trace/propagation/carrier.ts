/** Reads header values out of whatever a library calls its headers. */

/** Headers by lower-case name. Values can be anything: text, lists, numbers, bytes (Kafka). */
export type Carrier = Readonly<Record<string, unknown>>

/** A trace header longer than this is not one of ours: it is treated as absent. Node allows 16 KiB for all headers. */
export const MAX_HEADER_LENGTH = 8192
/** So many values of a repeated header are looked at. */
const MAX_VALUES = 32

/** Text of a header that has one value; empty when it is absent, repeated or too long. */
export function headerText(value: unknown): string {
  if (typeof value === 'string') return trimmed(value)
  if (value === undefined || value === null) return ''
  if (Array.isArray(value)) return value.length === 1 ? scalarText(value[0]) : ''
  return scalarText(value)
}

/** Text of a header that is a list: the values of a repeated header are joined by commas (RFC 9110, section 5.3). */
export function headerList(value: unknown): string {
  if (!Array.isArray(value) || value.length === 1) return headerText(value)
  let text = ''
  for (let at = 0; at < value.length && at < MAX_VALUES; at++) {
    const part = scalarText(value[at])
    if (part === '') continue
    if (text.length + part.length >= MAX_HEADER_LENGTH) break
    text = text === '' ? part : `${text},${part}`
  }
  return text
}

function scalarText(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return trimmed(value)
    case 'number':
    case 'bigint':
      return trimmed(String(value))
    case 'object':
      if (value instanceof Uint8Array && value.byteLength <= MAX_HEADER_LENGTH) {
        return trimmed(Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('utf8'))
      }
  }
  return ''
}

/** Without white space around it; empty when too long. */
function trimmed(text: string): string {
  const length = text.length
  if (length === 0 || length > MAX_HEADER_LENGTH) return ''
  return text.charCodeAt(0) > 32 && text.charCodeAt(length - 1) > 32 ? text : text.trim()
}
