/** Spans of bulk writes, each the parent of the commands that it sends. */

import {
  type AnyFunction,
  activeSpan,
  Caller,
  endSpan,
  endWithResult,
  type PatchTools,
  runInSpan,
  startSpan,
  type Tags,
} from '../../src/kit/index'
import { mongoSite } from './command'
import type { BulkOperation } from './types'

/** Patches `lib/bulk/common.js`. */
export function patchBulk(
  { BulkOperationBase }: { BulkOperationBase: { prototype: object } },
  tools: PatchTools,
): void {
  const site = mongoSite(tools)
  tools.wrap(BulkOperationBase.prototype, 'execute', original => {
    return function (this: BulkOperation): unknown {
      if (!tools.state.enabled) return Reflect.apply(original, this, arguments)
      const { db, collection } = this.s?.namespace ?? {}
      const tags: Tags = { 'db.name': `${db}.${collection}` }
      const span = startSpan(tools.runtime, site.site, activeSpan(), tags)
      span.resource = `bulkWrite ${db}.${collection}`
      const args = [...arguments]
      const callback = args.at(-1)
      if (typeof callback === 'function') {
        const caller = new Caller()
        args[args.length - 1] = function (this: unknown, error: unknown): unknown {
          endSpan(span, Boolean(error), error, undefined)
          return caller.run(callback as AnyFunction, this, arguments)
        }
      }
      try {
        const result = runInSpan(span, original, this, args)
        return result === undefined ? result : endWithResult(span, result)
      } catch (error) {
        endSpan(span, true, error, undefined)
        throw error
      }
    }
  })
}
