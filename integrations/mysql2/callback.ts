/** Callbacks of commands. */

import type { AnyFunction, Caller } from '../../src/kit/index'
import { runAside } from './execute-call'
import type { Command } from './types'

/**
 * Replaces the callback of `command` until it is called: the callback runs in the context of `caller`, after `ended`
 * was called with the error.
 */
export function coverCallback(command: Command, caller: Caller, ended?: (error: unknown) => void): void {
  const original = command.onResult as AnyFunction
  const covered = function (this: unknown, error: unknown): unknown {
    if (command.onResult === covered) command.onResult = original
    ended?.(error)
    return runAside(caller, original, this, arguments)
  }
  command.onResult = covered
}
