/**
 * Statements in the application's own words. The driver fills in the values before it passes a query on; values may be
 * secret, and they would make every text a different resource.
 */

import type { PatchTools } from '../../src/kit/index'

/** Statement of the `connection.query()` that is running. Calls nest where a listener makes a query. */
let written: unknown

/** Returns the statement of the running call; undefined if it is not known. */
export function writtenText(): string | undefined {
  return typeof written === 'string' ? written : undefined
}

/** Wraps `query` of connections. */
export function patchConnection({ prototype }: { prototype: object }, tools: PatchTools): void {
  tools.wrap(prototype, 'query', original => {
    return function (this: unknown, statement: unknown): unknown {
      const outer = written
      // A getter of the application is not called: it would see one more read.
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
