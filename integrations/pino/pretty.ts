/** pino-pretty as pino 5 and 6 use it (`prettyPrint`): it is given a record, not the line. */

import { type AnyFunction, disguise, type PatchTools } from '../../src/kit/index'
import { LogCorrelation } from '../../src/kit/logs/index'

/** Lines are left as they are: they have their `dd`, or are another program's. */
export function patchPrettyFactory(exports: AnyFunction, tools: PatchTools): AnyFunction {
  const correlation = new LogCorrelation(tools)
  return disguise(function (this: unknown): unknown {
    const pretty: unknown = Reflect.apply(exports, this, arguments)
    if (typeof pretty !== 'function') return pretty
    return disguise(function (this: unknown, record: unknown): unknown {
      return pretty.call(this, correlation.record(record))
    }, pretty as AnyFunction)
  }, exports)
}
