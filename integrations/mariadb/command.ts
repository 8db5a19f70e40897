/** Commands of connections. The driver does not export their classes, so each is patched by its first instance. */

import { CommandMark, type PatchTools, perIntegration } from '../../src/kit/index'
import { commentWhileSending, type SqlAddress, type SqlSpans } from '../../src/kit/sql/index'
import { tellFailure } from './failures'
import type { Command } from './types'

const seenPrototypes = perIntegration(() => new WeakSet<object>())

/** Patches the class of a command when its first instance comes. */
export function patchCommand(command: Command, tools: PatchTools, spans: SqlSpans<SqlAddress>): void {
  const prototype = Object.getPrototypeOf(command) as object
  const patched = seenPrototypes(tools)
  if (patched.has(prototype)) return
  patched.add(prototype)
  tools.onUndo(() => patched.delete(prototype))
  patchEndings(ownerOf(prototype, 'successEnd'), tools)
  // A stream passes on its rows itself.
  if (Object.hasOwn(prototype, 'handleNewRows')) patchRows(prototype, tools)
  // Prepared statements are cached by the text that is sent, so they get no comment.
  if (command.binary === false) commentWhileSending(ownerOf(prototype, 'start'), 'sql', false, tools, spans)
}

/** Returns the prototype in the chain that has the method as its own. */
function ownerOf(prototype: object, name: string): object {
  let owner: object | null = prototype
  while (owner !== null && !Object.hasOwn(owner, name)) owner = Object.getPrototypeOf(owner)
  return owner ?? prototype
}

/**
 * Wraps the methods that end a command. They run in the caller's context: promises and callbacks are settled in a later
 * tick, which inherits it.
 */
function patchEndings(prototype: object, tools: PatchTools): void {
  for (const name of ['successEnd', 'throwError', 'throwUnexpectedError']) {
    const isFailure = name === 'throwError'
    tools.wrap(prototype, name, original => {
      return function (this: object, error: unknown): unknown {
        const caller = CommandMark.callerOf(this)
        if (caller === undefined) return Reflect.apply(original, this, arguments)
        if (name === 'throwUnexpectedError') {
          const made = caller.run(original, this, arguments)
          CommandMark.end(this, true, made)
          caller.run(tellFailure, undefined, [this, made])
          return made
        }
        CommandMark.end(this, isFailure, error)
        if (isFailure) caller.run(tellFailure, undefined, [this, error])
        return caller.run(original, this, arguments)
      }
    })
  }
  tools.wrap(prototype, 'emit', original => {
    return function (this: object): unknown {
      const caller = CommandMark.callerOf(this)
      return caller === undefined
        ? Reflect.apply(original, this, arguments)
        : caller.run(original, this, arguments)
    }
  })
}

function patchRows(prototype: object, tools: PatchTools): void {
  tools.wrap(prototype, 'handleNewRows', original => {
    return function (this: object): unknown {
      const caller = CommandMark.callerOf(this)
      return caller === undefined
        ? Reflect.apply(original, this, arguments)
        : caller.run(original, this, arguments)
    }
  })
}
