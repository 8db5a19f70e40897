/** Lengths at which text is cut, in UTF-16 units, as the Datadog Agent cuts it. */

import { cutText } from '../../std/cut-text'

/** Longest name, and longest value, of a tag. */
export const MAX_KEY = 200
export const MAX_VALUE = 25_000

/** Returns the first 200 units of a tag's name, and `...` when something was cut. */
export function cutKey(key: string): string {
  return key.length > MAX_KEY ? `${cutText(key, MAX_KEY)}...` : key
}

/** Returns the first 25,000 units of a value, and `...` when something was cut. */
export function cutValue(value: string): string {
  return value.length > MAX_VALUE ? `${cutText(value, MAX_VALUE)}...` : value
}
