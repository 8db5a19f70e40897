/** Makes a span of a chunk that is too large small, at the price of its long values. */

import type { FlatSpan } from './flatten'

/** UTF-16 units; enough to tell one statement or URL from another. */
const TIGHT_VALUE = 256

/** Cuts the long values of `flat` in place. */
export function cutLong(flat: FlatSpan): FlatSpan {
  const { meta } = flat
  for (const name of Object.keys(meta)) {
    // JSON that is cut does not parse: rather none.
    if (name === 'events' || name === '_dd.span_links') delete meta[name]
    else meta[name] = tight(meta[name])
  }
  flat.resource = tight(flat.resource)
  return flat
}

function tight(value: string): string {
  return value.length > TIGHT_VALUE ? `${value.slice(0, TIGHT_VALUE)}...` : value
}
