/**
 * The protocol of a connection, which runs one sequence after the other; a query is a sequence. Every sequence ends by
 * one method, whatever its outcome. Its callbacks run in the context in which it was given, not in that of the socket.
 */

import { Caller, CommandMark, type PatchTools } from '../../src/kit/index'
import { addressTags, NO_ADDRESS } from '../../src/kit/sql/index'
import { driverOf } from './driver'
import type { Protocol, Sequence } from './types'
import { writtenText } from './written'

type Class = { prototype: object }

/** Wraps the class of protocols. */
export function patchProtocol({ prototype }: Class, tools: PatchTools): void {
  const { spans, pools } = driverOf(tools)
  tools.wrap(prototype, '_enqueue', original => {
    return function (this: Protocol, sequence: Sequence): unknown {
      if (tools.state.enabled) {
        tools.fenced(() => {
          const isQuery = 'sql' in sequence
          const address = this._connection?.config ?? NO_ADDRESS
          const span = isQuery
            ? spans.query(writtenText() ?? sequence.sql, addressTags(address), address, pools.takeWait())
            : undefined
          CommandMark.begin(sequence, span, new Caller())
        })
      }
      return Reflect.apply(original, this, arguments)
    }
  })
  // The connection broke: without an error handler, waiting sequences are not told.
  tools.wrap(prototype, '_delegateError', original => {
    return function (this: Protocol, error: { fatal?: unknown }): unknown {
      if (error?.fatal && !this._fatalError) tools.fenced(() => endAll(this, error))
      return Reflect.apply(original, this, arguments)
    }
  })
  // No running or waiting sequence is told of this.
  tools.wrap(prototype, 'destroy', original => {
    return function (this: Protocol): unknown {
      tools.fenced(() => endAll(this, new Error('Connection was destroyed before the query ended')))
      return Reflect.apply(original, this, arguments)
    }
  })
}

/** Patches the base class of all sequences. */
export function patchSequence({ prototype }: Class, tools: PatchTools): void {
  tools.wrap(prototype, 'end', original => {
    return function (this: object, error: unknown): unknown {
      CommandMark.end(this, Boolean(error), error)
      const caller = CommandMark.callerOf(this)
      return caller === undefined
        ? Reflect.apply(original, this, arguments)
        : caller.run(original, this, arguments)
    }
  })
}

function endAll({ _queue }: Protocol, error: unknown): void {
  for (const sequence of _queue ?? []) CommandMark.end(sequence, true, error)
}
