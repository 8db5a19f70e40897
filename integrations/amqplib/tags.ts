/** Resources and tags of spans, made from the arguments of a method. */

import type { Tags } from '../../src/kit/index'
import type { Channel, Fields } from './types'

/** Returns the method with all names in its arguments: `basic.publish orders eu.new`. */
export function resourceOf(method: string, fields: Fields): string {
  const { exchange, routingKey, queue, source, destination } = fields
  let resource = method
  for (const name of [exchange, routingKey, queue, source, destination]) {
    if (isName(name)) resource += ` ${name}`
  }
  return resource
}

/** Returns the tags of a span as a fresh literal, which the span owns. */
export function fieldTags(fields: Fields, queue: unknown = fields.queue): Tags {
  return {
    'amqp.queue': textOf(queue),
    'amqp.exchange': textOf(fields.exchange),
    'amqp.routingKey': textOf(fields.routingKey),
    'amqp.consumerTag': textOf(fields.consumerTag),
    'amqp.source': textOf(fields.source),
    'amqp.destination': textOf(fields.destination),
    'out.host': undefined,
    'network.destination.port': undefined,
  }
}

/** Returns the tags of a span with the address of the server. */
export function clientTags(fields: Fields, channel: Channel): Tags {
  const tags = fieldTags(fields)
  const stream = channel.connection?.stream
  // The host name that the application gave; the socket has none where it gave an address.
  tags['out.host'] = textOf(stream?._host) ?? textOf(stream?.remoteAddress)
  if (typeof stream?.remotePort === 'number') tags['network.destination.port'] = stream.remotePort
  return tags
}

function textOf(value: unknown): string | undefined {
  return isName(value) ? value : undefined
}

function isName(value: unknown): value is string {
  return typeof value === 'string' && value !== ''
}
