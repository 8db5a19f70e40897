/** pino-pretty as pino 5 and 6 use it (`prettyPrint`): it gets a record instead of the line. */

import { type AnyFunction, disguise, type PatchTools } from '../../src/kit/index'
import { LogCorrelation } from '../../src/kit/logs/index'

/** Adds `dd` to records; lines stay as they are: each has its `dd`, or is another program's. */
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
