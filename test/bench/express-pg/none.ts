/** The application alone. */

import type { Traced } from './traced'

export function install(): Traced {
  return { flush: async () => {} }
}
