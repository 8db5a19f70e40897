/** Wraps `send` of the class that all clients inherit: one span for each call, retries included. */

import {
  type AnyFunction,
  Caller,
  endSpan,
  endWithResult,
  type PatchTools,
  runInSpan,
  runWithBaggage,
  runWithPathway,
} from '../../src/kit/index'
import { type Call, calls } from './calls'
import { checkpoints, responseSpan } from './incoming'
import type { Client, Command } from './types'

export function patchClient(exports: { Client?: unknown }, tools: PatchTools): void {
  const { Client } = exports
  if (typeof Client !== 'function') return
  const spans = calls(tools)
  const response = tools.site({ name: 'aws.response', kind: 'server' })

  tools.wrap(Client.prototype, 'send', original => {
    return function (this: Client, command: Command): unknown {
      const call = tools.state.enabled ? begin(this, command) : undefined
      if (call === undefined) return Reflect.apply(original, this, arguments)
      const args: unknown[] = [...arguments]
      args[0] = call.command
      const at = [1, 2].find(index => typeof args[index] === 'function')
      if (at !== undefined) args[at] = callback(call, args[at] as AnyFunction)
      let result: unknown
      try {
        result = runInSpan(call.span, original, this, args)
      } catch (error) {
        endSpan(call.span, true, error, undefined)
        throw error
      }
      tools.fenced(() => spans.learn(this))
      if (at !== undefined) return result
      return endWithResult(call.span, result, (_span, error, output) => done(call, error, output)?.())
    }
  })

  function begin(client: Client, command: Command): Call | undefined {
    try {
      return spans.start(client, command)
    } catch (error) {
      tools.state.failed(error)
      return undefined
    }
  }

  /** Runs the callback in the span of the received messages if there is one, otherwise in the caller's context. */
  function callback(call: Call, original: AnyFunction): AnyFunction {
    const caller = new Caller()
    return function (this: unknown, error: unknown, output: unknown): unknown {
      const failed = error !== null && error !== undefined
      let handle: Handle | undefined
      endSpan(call.span, failed, error, output, () => {
        handle = done(call, failed ? error : undefined, output)
      })
      return handle === undefined ? caller.run(original, this, arguments) : handle(original, this, arguments)
    }
  }

  /** Ends the call; returns how to handle the messages that came, whose span ends at once without a callback. */
  function done(call: Call, error: unknown, output: unknown): Handle | undefined {
    try {
      spans.ended(call, error, output)
      const messages = error === undefined ? call.operation?.received?.(call.input, output) : undefined
      if (messages === undefined || messages.length === 0) return undefined
      const pathway = checkpoints(messages, call.span, tools)
      const made = responseSpan(messages, call.span, response, tools)
      if (made === undefined && pathway === undefined) return undefined
      const caller = new Caller()
      const span = made?.span ?? caller.span
      return (fn, self, args) => {
        try {
          if (fn === undefined) return undefined
          const inner = [made?.baggage, runInSpan, undefined, [span, fn, self, args]]
          return runWithPathway(pathway, runWithBaggage as AnyFunction, undefined, inner)
        } finally {
          made?.span.finish()
        }
      }
    } catch (failure) {
      tools.state.failed(failure)
      return undefined
    }
  }
}

type Handle = (fn?: AnyFunction, self?: unknown, args?: IArguments) => unknown
