/** Which characters may stand where in a header. */

/** Every character of `text[from, to)` is printable ASCII, the space among them. */
export function isPrintable(text: string, from: number, to: number): boolean {
  for (let at = from; at < to; at++) {
    const code = text.charCodeAt(at)
    if (code < 0x20 || code > 0x7e) return false
  }
  return true
}

/** Every character of `text[from, to)` is printable ASCII but space and comma, and there is at least one. */
export function isName(text: string, from: number, to: number): boolean {
  for (let at = from; at < to; at++) {
    const code = text.charCodeAt(at)
    if (code <= 0x20 || code > 0x7e || code === 0x2c) return false
  }
  return to > from
}

const TOKEN = new Uint8Array(128)
for (const character of "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ") {
  TOKEN[character.charCodeAt(0)] = 1
}

/** `text[from, to)` is a token, as header names and baggage keys must be (RFC 9110, section 5.6.2). */
export function isToken(text: string, from: number, to: number): boolean {
  for (let at = from; at < to; at++) {
    const code = text.charCodeAt(at)
    if (code > 127 || TOKEN[code] === 0) return false
  }
  return to > from
}

/** `text` as it may stand in a header value: what is not printable ASCII becomes `_`. */
export function printable(text: string): string {
  return isPrintable(text, 0, text.length) ? text : text.replace(/[^\x20-\x7e]/g, '_')
}

/** `encodeURIComponent` that accepts any string: half a surrogate pair becomes U+FFFD. */
export function percentEncode(text: string): string {
  if (isUnreserved(text)) return text
  try {
    return encodeURIComponent(text)
  } catch {
    return encodeURIComponent(Buffer.from(text, 'utf8').toString('utf8'))
  }
}

function isUnreserved(text: string): boolean {
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    const letter = code | 32
    if (letter >= 97 && letter <= 122 && code < 128) continue
    if (code < 45 || code > 95 || (code > 57 && code < 95) || code === 47) return false
  }
  return true
}

/** The reverse of `percentEncode`; sequences that are not well formed are kept or replaced, never refused. */
export function percentDecode(text: string): string {
  if (!text.includes('%')) return text
  try {
    return decodeURIComponent(text)
  } catch {
    return decodeLeniently(text)
  }
}

function decodeLeniently(text: string): string {
  const source = Buffer.from(text, 'utf8')
  const bytes = Buffer.alloc(source.length)
  let length = 0
  for (let at = 0; at < source.length; at++) {
    let byte = source[at]
    if (byte === 0x25 && at + 2 < source.length) {
      const digits = source.toString('latin1', at + 1, at + 3)
      if (/^[\da-f]{2}$/i.test(digits)) {
        byte = Number.parseInt(digits, 16)
        at += 2
      }
    }
    bytes[length++] = byte
  }
  return bytes.toString('utf8', 0, length)
}
