/** Spans of the methods of channels: requests to the server, and messages that are published. */

import {
  type AnyFunction,
  activeSpan,
  Caller,
  endSpan,
  type PatchTools,
  runInSpan,
  type Span,
  startSpan,
  tagPeer,
} from '../../src/kit/index'
import { bindingCallback } from './bind-callback'
import { patchDispatch } from './consume'
import { withHeaders } from './headers'
import { methodName, sentMethodName } from './methods'
import { remember } from './queues'
import { MessageStreams } from './streams'
import { clientTags, resourceOf } from './tags'
import type { Channel, Fields, Properties, Reply } from './types'

interface Exports {
  Channel: { prototype: object }
  BaseChannel: { prototype: object }
}

export function patchChannel(exports: Exports, tools: PatchTools): void {
  const { prototype } = exports.Channel
  patchMethods(prototype, tools)
  patchPublish(prototype, tools)
  patchCallbacks(prototype, tools)
  patchDispatch(exports.BaseChannel.prototype, tools)
}

function patchMethods(prototype: object, tools: PatchTools): void {
  const { runtime, config, state } = tools
  const command = tools.site({
    name: 'amqp.command',
    kind: 'client',
    serviceSuffix: 'amqp',
    serviceSource: 'amqp',
  })
  const start = (channel: Channel, name: string, fields: Fields): Span => {
    const span = startSpan(runtime, command.site, activeSpan(), clientTags(fields, channel))
    span.resource = resourceOf(name, fields)
    tagPeer(span, config)
    return span
  }
  tools.wrap(prototype, '_rpc', original => {
    return function (
      this: Channel,
      method: number,
      fields: Fields,
      expected: unknown,
      reply: Reply,
    ): unknown {
      const name = methodName(method)
      if (name === undefined || typeof reply !== 'function') return Reflect.apply(original, this, arguments)
      const caller = new Caller()
      let span: Span | undefined
      tools.fenced(() => {
        if (state.enabled) span = start(this, name, fields)
      })
      const onReply: Reply = (error, frame) => {
        if (error === null) tools.fenced(() => remember(this, method, fields, frame?.fields))
        if (span !== undefined) endSpan(span, error !== null, error, undefined)
        return caller.run(reply, undefined, [error, frame])
      }
      try {
        return original.call(this, method, fields, expected, onReply)
      } catch (error) {
        if (span !== undefined) endSpan(span, true, error, undefined)
        throw error
      }
    }
  })
  tools.wrap(prototype, 'sendImmediately', original => {
    return function (this: Channel, method: number, fields: Fields): unknown {
      const name = state.enabled ? sentMethodName(method) : undefined
      let span: Span | undefined
      if (name !== undefined) {
        tools.fenced(() => {
          span = start(this, name, fields)
        })
      }
      return runAndEnd(span, original, this, arguments)
    }
  })
}

function patchPublish(prototype: object, tools: PatchTools): void {
  const { runtime, config, state } = tools
  const streams = MessageStreams.of(tools)
  const publish = tools.site({
    name: { v0: 'amqp.command', v1: 'amqp.send' },
    kind: 'producer',
    serviceSuffix: 'amqp',
    serviceSource: 'amqp',
  })
  tools.wrap(prototype, 'sendMessage', original => {
    return function (this: Channel, fields: Fields, properties: Properties, content: unknown): unknown {
      if (!state.enabled) return Reflect.apply(original, this, arguments)
      let span: Span | undefined
      let changed: Properties | undefined
      tools.fenced(() => {
        span = startSpan(runtime, publish.site, activeSpan(), clientTags(fields, this))
        span.resource = resourceOf('basic.publish', fields)
        tagPeer(span, config)
        changed = withHeaders(tools, streams, this, fields, properties, content, span)
      })
      return runAndEnd(span, original, this, [fields, changed ?? properties, content])
    }
  })
}

/** Runs a call that is complete when it returns, and ends its span. */
function runAndEnd(
  span: Span | undefined,
  original: AnyFunction,
  self: unknown,
  args: IArguments | unknown[],
): unknown {
  if (span === undefined) return Reflect.apply(original, self, args)
  let failed = true
  let error: unknown
  try {
    const result = runInSpan(span, original, self, args)
    failed = false
    return result
  } catch (thrown) {
    error = thrown
    throw thrown
  } finally {
    endSpan(span, failed, error, undefined)
  }
}

function patchCallbacks(prototype: object, tools: PatchTools): void {
  tools.wrap(prototype, 'pushConfirmCallback', original => bindingCallback(original, 0))
  tools.wrap(prototype, 'closeBecause', original => bindingCallback(original, 2))
}
