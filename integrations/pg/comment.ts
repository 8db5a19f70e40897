/**
 * Adds comments to statements while they are written. No code in the process sees the changed text: neither the query
 * objects of the application, which it may use again, nor those of pg, which compares the texts of prepared statements.
 * pg writes a statement synchronously in `query.submit()`.
 */

import type { AnyFunction, PatchTools } from '../../src/kit/index'
import { onceCommenting, type SqlComment, withComment } from '../../src/kit/sql/index'

/** Comment of the statement that is being submitted. */
let current: SqlComment | undefined

/** Calls `submit.apply(query, args)`. The statement that it sends carries the comment. */
export function submitWith(
  comment: SqlComment,
  submit: AnyFunction,
  query: unknown,
  args: IArguments,
): unknown {
  const outer = current
  current = comment
  try {
    return Reflect.apply(submit, query, args)
  } finally {
    current = outer
  }
}

/** Patches the connection of the client in JavaScript. */
export function patchConnection(Connection: { prototype: object }, tools: PatchTools): void {
  const { prototype } = Connection
  onceCommenting(tools, () => {
    wrapText(prototype, 'query', 0, tools)
    tools.wrap(prototype, 'parse', original => {
      return function (this: unknown, statement: { text?: unknown }, more: unknown): unknown {
        const text = commented(statement?.text)
        return original.call(this, text === statement?.text ? statement : { ...statement, text }, more)
      }
    })
  })
}

/** Patches pg-native, by which the native client sends its statements. */
export function patchLibpq(Libpq: { prototype: object }, tools: PatchTools): void {
  const { prototype } = Libpq
  onceCommenting(tools, () => {
    wrapText(prototype, 'query', 0, tools)
    wrapText(prototype, 'prepare', 1, tools)
  })
}

function wrapText(prototype: object, name: string, position: number, tools: PatchTools): void {
  tools.wrap(prototype, name, original => {
    return function (this: unknown, ...args: unknown[]): unknown {
      args[position] = commented(args[position])
      return Reflect.apply(original, this, args)
    }
  })
}

function commented(sql: unknown): unknown {
  if (current === undefined || typeof sql !== 'string') return sql
  return withComment(sql, current)
}
