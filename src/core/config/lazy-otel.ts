/** Readers of `OTEL_*` values for rows: `otel-readers.ts` is loaded when there is a value to read. */

import type * as readers from './otel-readers'
import type { OtelReader } from './row'

/** Returns a reader that is loaded when it is first called. */
export function otel<Name extends keyof typeof readers>(name: Name): (typeof readers)[Name] {
  const read: OtelReader<unknown> = (...args) => (require('./otel-readers') as typeof readers)[name](...args)
  return read as (typeof readers)[Name]
}
