/**
 * Versions 2 and 3 of `redis`, whose commands have callbacks. All go through `internal_send_command`, those that wait
 * for a connection twice. A command without a callback must not get one, since its errors are then no longer events.
 */

import { type AnyFunction, Caller, CommandMark, type PatchTools } from '../../src/kit/index'
import { RedisSpans } from '../../src/kit/redis/index'
import { requireAs } from './resolve-sibling'

interface Command {
  command: string
  args?: readonly unknown[]
  callback?: AnyFunction
}

interface Queue {
  readonly length: number
  get(index: number): Command | undefined
}

interface Client {
  connection_options?: { host?: string; port?: number | string; path?: string }
  command_queue: Queue
  offline_queue: Queue
}

/**
 * Patches the client class. The target is a file that is loaded once the class is complete: the main module's exports
 * are incomplete where its own files require it first.
 */
export function patchClassic(exports: object, tools: PatchTools): void {
  const { RedisClient } = requireAs(exports, '../') as { RedisClient: { prototype: object } }
  const spans = new RedisSpans(tools, { type: 'redis', serviceSuffix: 'redis' })
  tools.wrap(RedisClient.prototype, 'internal_send_command', original => {
    return function (this: Client, command: Command): unknown {
      if (tools.state.enabled) tools.fenced(() => begin(this, command, spans))
      try {
        return Reflect.apply(original, this, arguments)
      } catch (error) {
        CommandMark.end(command, true, error)
        throw error
      }
    }
  })
  patchAnswers(RedisClient.prototype, tools)
}

function begin(client: Client, command: Command, spans: RedisSpans): void {
  if (CommandMark.callerOf(command) !== undefined) return
  const { host, port, path } = client.connection_options ?? {}
  const caller = new Caller()
  const address = path ? { host: path, port: undefined } : { host, port: Number(port) || undefined }
  const span = spans.start(command.command, command.args ?? [], 0, address, caller.span)
  CommandMark.begin(command, span, caller)
  if (typeof command.callback !== 'function') return
  const callback = command.callback
  const covered = function (this: unknown, error: unknown): unknown {
    // The callback gets the command as `this`, and must find itself in it.
    if (command.callback === covered) command.callback = callback
    CommandMark.end(command, Boolean(error), error)
    return caller.run(callback, this, arguments)
  }
  command.callback = covered
}

/** Ends the spans of commands without a callback. */
function patchAnswers(prototype: object, tools: PatchTools): void {
  tools.wrap(prototype, 'return_reply', original => {
    return function (this: Client): unknown {
      const command = this.command_queue?.get(0)
      try {
        return Reflect.apply(original, this, arguments)
      } finally {
        // A message of a subscription is not the reply to a command.
        if (command !== undefined && this.command_queue.get(0) !== command)
          CommandMark.end(command, false, undefined)
      }
    }
  })
  tools.wrap(prototype, 'return_error', original => {
    return function (this: Client, error: unknown): unknown {
      const command = this.command_queue?.get(0)
      try {
        return Reflect.apply(original, this, arguments)
      } finally {
        if (command !== undefined) CommandMark.end(command, true, error)
      }
    }
  })
  tools.wrap(prototype, 'flush_and_error', original => {
    return function (
      this: Client,
      attributes: { message?: string } | undefined,
      options: { queues?: string[] } = {},
    ): unknown {
      tools.fenced(() => {
        for (const name of options.queues ?? ['command_queue', 'offline_queue']) {
          const queue = Reflect.get(this, name) as Queue
          for (let index = 0; index < queue.length; index++) {
            const command = queue.get(index)
            if (command !== undefined && typeof command.callback !== 'function')
              CommandMark.end(command, true, new Error(attributes?.message))
          }
        }
      })
      return Reflect.apply(original, this, arguments)
    }
  })
}
