/**
 * Calls of `connection.execute()`: each gives the connection two commands, `Prepare` and `Execute`, and has one span.
 */

import type { AnyFunction, Caller, Span } from '../../src/kit/index'
import type { Connection } from './types'

/** A call of `execute()`. */
export interface ExecuteCall {
  readonly connection: Connection
  /** Span and caller are set with the first command. */
  span: Span | undefined
  caller: Caller | undefined
}

/** The call that is running. */
let current: ExecuteCall | undefined

/** Returns the running call of `execute()` on a connection; undefined if there is none. */
export function executeCallOn(connection: Connection): ExecuteCall | undefined {
  return current?.connection === connection ? current : undefined
}

/** Calls `execute.apply(call.connection, args)`. The commands that it gives to the connection belong to `call`. */
export function runExecute(call: ExecuteCall, execute: AnyFunction, args: IArguments): object {
  const outer = current
  current = call
  try {
    return Reflect.apply(execute, call.connection, args)
  } finally {
    current = outer
  }
}

/**
 * Calls a callback of the application. What it does there belongs to no call, even if the driver calls back at once.
 */
export function runAside(caller: Caller, callback: AnyFunction, self: unknown, args: IArguments): unknown {
  if (current === undefined) return caller.run(callback, self, args)
  const outer = current
  current = undefined
  try {
    return caller.run(callback, self, args)
  } finally {
    current = outer
  }
}
