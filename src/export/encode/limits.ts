/** Lengths at which text is cut, in UTF-16 units, as the Datadog Agent cuts it. */

/** Longest name, and longest value, of a tag. */
export const MAX_KEY = 200
export const MAX_VALUE = 25_000

/** Returns the first 200 units of a tag's name, and `...` when something was cut. */
export function cutKey(key: string): string {
  return key.length > MAX_KEY ? `${cut(key, MAX_KEY)}...` : key
}

/** Returns the first 25,000 units of a value, and `...` when something was cut. */
export function cutValue(value: string): string {
  return value.length > MAX_VALUE ? `${cut(value, MAX_VALUE)}...` : value
}

/** Cuts `text`, but never within a surrogate pair: half of one would become U+FFFD on the wire. */
function cut(text: string, length: number): string {
  const last = text.charCodeAt(length - 1)
  return text.slice(0, last >= 0xd800 && last <= 0xdbff ? length - 1 : length)
}
