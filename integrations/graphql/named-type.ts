/** What is behind lists and exclamation marks. */

import type { Field, NamedType } from './types'

export function namedTypeOf(type: Field['type']): NamedType {
  let named = type
  while (named.ofType !== undefined) named = named.ofType
  return named
}
