/**
 * Statements as the application wrote them: the driver fills in the values before it hands a query on, and these may be
 * secret, and make every text another.
 */

import type { PatchTools } from '../../src/kit/index'

/** Of the call of `connection.query()` that has not returned; calls nest where listeners make them. */
let written: unknown

/** Undefined when it is not known. */
export function writtenText(): string | undefined {
  return typeof written === 'string' ? written : undefined
}

export function patchConnection({ prototype }: { prototype: object }, tools: PatchTools): void {
  tools.wrap(prototype, 'query', original => {
    return function (this: unknown, statement: unknown): unknown {
      const outer = written
      // Never by the application's own getter: it would count one more reading.
      written =
        typeof statement === 'object' && statement !== null
          ? Object.getOwnPropertyDescriptor(statement, 'sql')?.value
          : statement
      try {
        return Reflect.apply(original, this, arguments)
      } finally {
        written = outer
      }
    }
  })
}
