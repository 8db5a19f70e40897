/** Spans of messages that are delivered to the handlers of consumers. */

import { type PatchTools, startSpan } from '../../src/kit/index'
import { Handling } from '../../src/kit/messaging/index'
import { forget, queueOf } from './queues'
import { MessageStreams } from './streams'
import { fieldTags, resourceOf } from './tags'
import type { Channel, Fields, Message } from './types'

/** Definition of the spans of received messages; `get()` uses it too. */
export const RECEIVE = {
  name: { v0: 'amqp.command', v1: 'amqp.process' },
  type: 'worker',
  kind: 'consumer',
  serviceSuffix: 'amqp',
  serviceSource: 'amqp',
} as const

export function patchDispatch(prototype: object, tools: PatchTools): void {
  const { runtime, propagator, state } = tools
  const streams = MessageStreams.of(tools)
  const deliver = tools.site(RECEIVE)
  const handle = (channel: Channel, fields: Fields, message: Message): Handling => {
    const queue = queueOf(channel, fields.consumerTag) ?? fields.routingKey
    const remote = propagator.extract(message.properties?.headers ?? {})
    const span = startSpan(runtime, deliver.site, remote, fieldTags(fields, queue))
    span.resource = resourceOf('basic.deliver', fields)
    return new Handling(span, remote?.baggage, streams?.received(queue, message, span))
  }
  tools.wrap(prototype, 'dispatchMessage', original => {
    return function (this: Channel, fields: Fields, message: Message | null): unknown {
      let handling: Handling | undefined
      tools.fenced(() => {
        // The server has cancelled the consumer.
        if (message === null) forget(this, fields.consumerTag)
        else if (state.enabled) handling = handle(this, fields, message)
      })
      return handling === undefined
        ? Reflect.apply(original, this, arguments)
        : handling.run(original, this, arguments)
    }
  })
}
