/** Resources and tags, made of the arguments of a method. */

import type { Tags } from '../../src/kit/index'
import type { Channel, Fields } from './types'

/** `basic.publish orders eu.new`: the method and all the names in it. */
export function resourceOf(method: string, fields: Fields): string {
  const { exchange, routingKey, queue, source, destination } = fields
  let resource = method
  for (const name of [exchange, routingKey, queue, source, destination]) {
    if (isName(name)) resource += ` ${name}`
  }
  return resource
}

/** A fresh literal. */
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

/** The same, with the address of the server. */
export function clientTags(fields: Fields, channel: Channel): Tags {
  const tags = fieldTags(fields)
  const stream = channel.connection?.stream
  // The name that was asked for; where an address was given the socket has none.
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
