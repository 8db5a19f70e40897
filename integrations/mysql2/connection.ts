/**
 * Connections. A span begins when a connection is given a query, and ends when the driver reports the outcome.
 * Callbacks run in the context in which the command was given, not in that of the socket.
 */

import { type AnyFunction, Caller, CommandMark, type PatchTools, type Span } from '../../src/kit/index'
import { addressTags, NO_ADDRESS } from '../../src/kit/sql/index'
import { coverCallback } from './callback'
import type { Driver } from './driver'
import { type ExecuteCall, executeCallOn, runExecute } from './execute-call'
import type { Command, Connection } from './types'

/** Wraps the class of connections. */
export function patchConnection({ prototype }: { prototype: object }, driver: Driver): void {
  const { tools } = driver
  patchGiven(prototype, driver)
  patchExecute(prototype, driver)
  patchEndings(prototype, tools)
  tools.wrap(prototype, 'connect', original => {
    return function (this: unknown, callback: unknown): unknown {
      if (typeof callback !== 'function' || !tools.state.enabled)
        return Reflect.apply(original, this, arguments)
      const caller = new Caller()
      return original.call(this, function (this: unknown): unknown {
        return caller.run(callback as AnyFunction, this, arguments)
      })
    }
  })
}

function patchGiven(prototype: object, driver: Driver): void {
  const { tools } = driver
  tools.wrap(prototype, 'addCommand', original => {
    return function (this: Connection, command: Command): unknown {
      if (tools.state.enabled) tools.fenced(() => given(this, command, driver))
      return Reflect.apply(original, this, arguments)
    }
  })
  // This method replaces `addCommand` once the connection is closed.
  tools.wrap(prototype, '_addCommandClosedState', original => {
    return function (this: Connection, command: Command): unknown {
      if (!tools.state.enabled) return Reflect.apply(original, this, arguments)
      tools.fenced(() => given(this, command, driver))
      try {
        return Reflect.apply(original, this, arguments)
      } finally {
        // A command without a callback is not told; only the connection emits an error.
        CommandMark.end(command, true, new Error("Can't add new command when connection is in closed state"))
      }
    }
  })
}

/** Starts the span of a command that a connection is about to get. */
function given(connection: Connection, command: Command, driver: Driver): void {
  const call = executeCallOn(connection)
  if (command._queryOptions !== undefined || command._executeOptions !== undefined) {
    if (CommandMark.spanOf(command) === undefined) {
      const span = command._executeOptions === undefined ? undefined : call?.span
      CommandMark.begin(
        command,
        span ?? startSpan(connection, textOf(command), driver),
        call?.caller ?? new Caller(),
      )
    }
    coverCallbackOf(command, error => CommandMark.end(command, Boolean(error), error))
  } else if (call !== undefined && command.parameterDefinitions !== undefined) {
    // A `Prepare` is the first half of an `execute()`. If it fails, there is no second half.
    call.span = startSpan(connection, command.query, driver)
    call.caller = new Caller()
    CommandMark.begin(command, call.span, call.caller)
    coverCallbackOf(command, error => {
      if (error) CommandMark.end(command, true, error)
    })
  } else if (typeof command.onResult === 'function') coverCallback(command, new Caller())
}

function coverCallbackOf(command: Command, ended: (error: unknown) => void): void {
  const caller = CommandMark.callerOf(command)
  if (caller !== undefined && typeof command.onResult === 'function') coverCallback(command, caller, ended)
}

function startSpan(connection: Connection, sql: unknown, { spans, pools }: Driver): Span {
  const address = connection.config ?? NO_ADDRESS
  return spans.query(sql, addressTags(address), address, pools.takeWait())
}

/**
 * Returns the statement as the application wrote it: without the values, which may be secret and would make every text
 * a different resource.
 */
function textOf(command: Command): unknown {
  if (command.statement !== undefined) return command.statement.query
  // A getter of the application is not called: it would see one more read.
  const written = Object.getOwnPropertyDescriptor(command._queryOptions ?? command, 'sql')
  return typeof written?.value === 'string' ? written.value : command.sql
}

function patchExecute(prototype: object, { tools }: Driver): void {
  tools.wrap(prototype, 'execute', original => {
    return function (this: Connection): unknown {
      if (!tools.state.enabled) return Reflect.apply(original, this, arguments)
      const call: ExecuteCall = { connection: this, span: undefined, caller: undefined }
      const command = runExecute(call, original, arguments)
      const { span, caller } = call
      // The oldest versions pass it to the connection only once the statement is prepared.
      if (span !== undefined && caller !== undefined && CommandMark.callerOf(command) === undefined) {
        CommandMark.begin(command, span, caller)
      }
      return command
    }
  })
}

/** Ends the spans of commands that the driver does not notify. */
function patchEndings(prototype: object, tools: PatchTools): void {
  // The connection broke: commands without a callback are not told.
  tools.wrap(prototype, '_notifyError', original => {
    return function (this: Connection, error: unknown): unknown {
      if (!this._fatalError) tools.fenced(() => endAll(this, error, true))
      return Reflect.apply(original, this, arguments)
    }
  })
  // The application closed the connection: running commands may still be answered until the socket closes.
  tools.wrap(prototype, 'close', original => {
    return function (this: Connection): unknown {
      tools.fenced(() => {
        const { _command, stream } = this
        if (_command == null || CommandMark.spanOf(_command) === undefined) return
        stream?.once?.('close', () => {
          tools.fenced(() => endAll(this, new Error('Connection was closed before the query ended'), false))
        })
      })
      return Reflect.apply(original, this, arguments)
    }
  })
}

function endAll({ _command, _commands }: Connection, error: unknown, onlySilent: boolean): void {
  const fail = (command: Command | null | undefined): void => {
    if (command != null && !(onlySilent && typeof command.onResult === 'function')) {
      CommandMark.end(command, true, error)
    }
  }
  fail(_command)
  for (let at = 0; at < (_commands?.length ?? 0); at++) fail(_commands?.get?.(at))
}
