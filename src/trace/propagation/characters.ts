/** Checks, encodes and decodes the characters of headers. */

/** Returns whether every character of `text[from, to)` is printable ASCII or a space. */
export function isPrintable(text: string, from: number, to: number): boolean {
  for (let at = from; at < to; at++) {
    const code = text.charCodeAt(at)
    if (code < 0x20 || code > 0x7e) return false
  }
  return true
}

/** Returns whether `text[from, to)` is not empty and has only printable ASCII other than space and comma. */
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

/** Returns whether `text[from, to)` is a token, as header names and baggage keys must be (RFC 9110, section 5.6.2). */
export function isToken(text: string, from: number, to: number): boolean {
  for (let at = from; at < to; at++) {
    const code = text.charCodeAt(at)
    if (code > 127 || TOKEN[code] === 0) return false
  }
  return to > from
}

/** Returns `text` for a header value: each character that is not printable ASCII becomes `_`. */
export function printable(text: string): string {
  return isPrintable(text, 0, text.length) ? text : text.replace(/[^\x20-\x7e]/g, '_')
}

/** Encodes like `encodeURIComponent`, but accepts any string: half a surrogate pair becomes U+FFFD. */
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

/** Decodes what `percentEncode` wrote. Never throws: malformed sequences are kept, invalid UTF-8 becomes U+FFFD. */
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
