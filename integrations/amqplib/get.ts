/** Spans of `channel.get()`, with promises and with callbacks. The parent is known only once the message has come. */

import {
  type AnyFunction,
  activeSpan,
  endSpan,
  type PatchTools,
  type Span,
  startSpan,
} from '../../src/kit/index'
import { bindCallback, bindingCallback } from './bind-callback'
import { RECEIVE } from './consume'
import { MessageStreams } from './streams'
import { fieldTags, resourceOf } from './tags'
import type { Message } from './types'

/** Callback that makes the span of a call that has ended; `message` is false when the queue was empty. */
type Ended = (error: unknown, message: Message | false | undefined) => void
type Begun = (queue: unknown) => Ended

interface Exports {
  Channel: { prototype: object }
  ConfirmChannel: { prototype: object }
}

export function patchPromises(exports: Exports, tools: PatchTools): void {
  const begin = getting(tools)
  tools.wrap(exports.Channel.prototype, 'get', original => {
    return function (this: unknown, queue: unknown): unknown {
      const ended = tools.state.enabled ? begin(queue) : undefined
      const answer = Reflect.apply(original, this, arguments) as PromiseLike<Message | false> | undefined
      if (ended === undefined || typeof answer?.then !== 'function') return answer
      return answer.then(
        message => {
          ended(null, message)
          return message
        },
        error => {
          ended(error, undefined)
          throw error
        },
      )
    }
  })
}

export function patchCallbacks(exports: Exports, tools: PatchTools): void {
  const begin = getting(tools)
  tools.wrap(exports.Channel.prototype, 'get', original => {
    return function (this: unknown, ...args: unknown[]): unknown {
      const [queue, , callback] = args
      if (tools.state.enabled && typeof callback === 'function') {
        const ended = begin(queue)
        args[2] = function (this: unknown, error: unknown, message: Message | false | undefined): unknown {
          ended(error, message)
          return Reflect.apply(callback as AnyFunction, this, arguments)
        }
      }
      return Reflect.apply(original, this, bindCallback(args, 2))
    }
  })
  // Promises of bluebird, which old versions return, do not keep the context of their caller.
  tools.wrap(exports.ConfirmChannel.prototype, 'waitForConfirms', original => bindingCallback(original, 0))
}

function getting(tools: PatchTools): Begun {
  const { runtime, propagator } = tools
  const streams = MessageStreams.of(tools)
  const get = tools.site(RECEIVE)
  return queue => {
    const parent: Span | undefined = activeSpan()
    const startMs = performance.timeOrigin + performance.now()
    return (error, message) => {
      tools.fenced(() => {
        const { fields = {}, properties } = message || {}
        const remote = properties?.headers ? propagator.extract(properties.headers) : undefined
        const span = startSpan(runtime, get.site, remote ?? parent, fieldTags(fields, queue), startMs)
        span.resource = resourceOf('basic.get', { queue })
        if (message) streams?.received(queue, message, span)
        endSpan(span, error !== null, error, undefined)
      })
    }
  }
}
