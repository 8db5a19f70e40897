/**
 * Internal connections of the driver, which get commands. A command reports its end by two methods; callbacks run in
 * the context in which the command was given, not in that of the socket.
 */

import { Caller, CommandMark, endSpan, type PatchTools } from '../../src/kit/index'
import { addressTags, NO_ADDRESS } from '../../src/kit/sql/index'
import { patchCommand } from './command'
import { driverOf } from './driver'
import { onFailure } from './failures'
import type { Command, Connection } from './types'

/** Status of a connection that runs its initial statements. */
const IS_INITIALIZING = 4
/** Methods of which a connection's `addCommand` is one, depending on its status. */
const WAYS = ['addCommandQueue', 'addCommandEnable', 'addCommandEnablePipeline', 'addCommandDisabled']

/** Wraps the class of internal connections. */
export function patchConnection({ prototype }: { prototype: object }, tools: PatchTools): void {
  const { spans, pools } = driverOf(tools)
  for (const way of WAYS) {
    tools.wrap(prototype, way, original => {
      return function (this: Connection, command: Command): unknown {
        if (
          tools.state.enabled &&
          this.status !== IS_INITIALIZING &&
          CommandMark.callerOf(command) === undefined
        ) {
          tools.fenced(() => given(this, command))
        }
        return Reflect.apply(original, this, arguments)
      }
    })
  }

  function given(connection: Connection, command: Command): void {
    patchCommand(command, tools, spans)
    const { sql } = command
    const isQuery = typeof sql === 'string' && (command.binary === false || command.prepare !== undefined)
    const address = connection.opts ?? NO_ADDRESS
    CommandMark.begin(
      command,
      isQuery ? spans.query(sql, addressTags(address), address, pools.takeWait()) : undefined,
      new Caller(),
    )
    if (typeof sql !== 'string' || isQuery) return
    // A statement that cannot be prepared is not executed, or its execution fails with an error that says less.
    const execute = command.executeCommand
    onFailure(command, error => {
      if (typeof execute === 'object' && execute !== null) CommandMark.end(execute, true, error)
      else endSpan(spans.query(sql, addressTags(address), address), true, error, undefined)
    })
  }
}

/** Replaces the original method that a connection holds if it was made before its class was patched. */
export function renewConnection(connection: Connection): void {
  const prototype = Object.getPrototypeOf(connection) as Record<string, unknown>
  const { addCommand } = connection
  if (addCommand !== undefined && Object.hasOwn(connection, 'addCommand')) {
    const current = prototype[addCommand.name]
    if (WAYS.includes(addCommand.name) && current !== addCommand) {
      connection.addCommand = current as typeof addCommand
    }
  }
}
