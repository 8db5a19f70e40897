/** Makes the spans of a chunk smaller that is too large, at the cost of their long values. */

import type { FlatSpan } from './flatten'

/** Longest value that is left whole, in UTF-16 units: enough to tell one statement or URL from another. */
const LONGEST_VALUE = 256

/** Cuts the long values of `flat` in place, and returns it. */
export function cutLong(flat: FlatSpan): FlatSpan {
  const { meta } = flat
  for (const name of Object.keys(meta)) {
    // JSON that is cut does not parse.
    if (name === 'events' || name === '_dd.span_links') delete meta[name]
    else meta[name] = shorten(meta[name])
  }
  flat.resource = shorten(flat.resource)
  return flat
}

function shorten(value: string): string {
  return value.length > LONGEST_VALUE ? `${value.slice(0, LONGEST_VALUE)}...` : value
}
