/** What is called back from the socket runs where it was handed over. */

import { type AnyFunction, Caller } from '../../src/kit/index'

/** `args` with the function at `position`, if there is one, replaced by one that runs in the running code's context. */
export function bindCallback(args: unknown[], position: number): unknown[] {
  const callback = args[position]
  if (typeof callback !== 'function') return args
  const caller = new Caller()
  args[position] = function (this: unknown): unknown {
    return caller.run(callback as AnyFunction, this, arguments)
  }
  return args
}

/** `original`, whose argument at `position` is called back so. */
export function callingBack(original: AnyFunction, position: number): AnyFunction {
  return function (this: unknown, ...args: unknown[]): unknown {
    return Reflect.apply(original, this, bindCallback(args, position))
  }
}
