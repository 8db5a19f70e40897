/** DBM comments of drivers whose commands write their statement synchronously. */

import type { PatchTools } from '../../patch/types'
import { CommandMark } from '../command-mark'
import { onceCommenting, withComment } from './comment'
import type { SqlSpans } from './spans'

/**
 * Wraps `start` of commands that have their statement in `field` and write it before they return. The comment is in the
 * field only for that time: no other code sees the changed text, be it in the command, its error, or the key of a
 * cached statement.
 */
export function commentWhileSending<Field extends string, Parameters>(
  prototype: object,
  field: Field,
  isCached: boolean,
  tools: PatchTools,
  spans: SqlSpans<Parameters>,
): void {
  onceCommenting(tools, () => {
    tools.wrap(prototype, 'start', original => {
      return function (this: Record<Field, unknown>): unknown {
        const span = CommandMark.spanOf(this)
        const sql: unknown = this[field]
        const comment = span === undefined ? undefined : spans.comment(span, isCached)
        if (comment === undefined || typeof sql !== 'string') return Reflect.apply(original, this, arguments)
        this[field] = withComment(sql, comment)
        try {
          return Reflect.apply(original, this, arguments)
        } finally {
          this[field] = sql
        }
      }
    })
  })
}
