/**
 * The driver's own connections, which are given commands. A command tells by two methods how it went, and what is called
 * meanwhile runs where the command was given, not in the context of the socket.
 */

import { Caller, CommandMark, endSpan, type PatchTools } from '../../src/kit/index'
import { addressTags, NO_ADDRESS } from '../../src/kit/sql/index'
import { patchCommand } from './command'
import { driverOf } from './driver'
import { onFailure } from './failures'
import type { Command, Connection } from './types'

/** Of a connection that does what it was configured to do first. */
const IS_INITIALIZING = 4
/** A connection's `addCommand` is one of these, by what it is doing. */
const WAYS = ['addCommandQueue', 'addCommandEnable', 'addCommandEnablePipeline', 'addCommandDisabled']

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
    // What cannot be prepared is not executed, or fails to be with an error that says less.
    const execute = command.executeCommand
    onFailure(command, error => {
      if (typeof execute === 'object' && execute !== null) CommandMark.end(execute, true, error)
      else endSpan(spans.query(sql, addressTags(address), address), true, error, undefined)
    })
  }
}

/** A connection that was made before its class was patched holds one of the originals. */
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
