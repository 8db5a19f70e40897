/** The named type of a field, without the wrappers for lists and non-null. */

import type { Field, NamedType } from './types'

/** Returns the named type of a field. */
export function namedTypeOf(type: Field['type']): NamedType {
  let named = type
  while (named.ofType !== undefined) named = named.ofType
  return named
}
