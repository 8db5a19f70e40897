/** Text as both formats take it. */

import { cutValue } from '../encode/limits'

/** Since Node 20; not in the library of types for what we compile to. */
type WellFormable = string & { toWellFormed(): string }

/**
 * * At most as long as a value may be. Half of a surrogate pair becomes U+FFFD: strict decoders refuse a whole
 * request for one, and protobuf's library writes them as they are.
 */
export function sendable(text: string): string {
  return (cutValue(text) as WellFormable).toWellFormed()
}
