/** Callbacks of channels run in the context in which they were handed over, not in that of the socket. */

import { type AnyFunction, Caller } from '../../src/kit/index'

/** Returns `args` with the function at `position`, if there is one, bound to the active context. */
export function bindCallback(args: unknown[], position: number): unknown[] {
  const callback = args[position]
  if (typeof callback !== 'function') return args
  const caller = new Caller()
  args[position] = function (this: unknown): unknown {
    return caller.run(callback as AnyFunction, this, arguments)
  }
  return args
}

/** Returns a wrapper of `original` that binds its argument at `position` to the caller's context. */
export function bindingCallback(original: AnyFunction, position: number): AnyFunction {
  return function (this: unknown, ...args: unknown[]): unknown {
    return Reflect.apply(original, this, bindCallback(args, position))
  }
}
