/** Text that can be sent in both formats. */

import { cutValue } from '../encode/limits'

/** Present since Node 20, but missing in the library of types of the compiler's target. */
type WellFormable = string & { toWellFormed(): string }

/**
 * Returns `text`, cut to the length that a value may have. Half of a surrogate pair becomes U+FFFD: strict decoders
 * refuse a whole request for one, and protobuf's library writes them as they are.
 */
export function sendable(text: string): string {
  return (cutValue(text) as WellFormable).toWellFormed()
}
