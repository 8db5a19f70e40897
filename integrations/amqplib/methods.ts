/**
 * Names of the methods of channels. Their numbers are `class << 16 | method`, AMQP 0-9-1 appendix "XML", and RabbitMQ's
 * extensions `exchange.bind`, `exchange.unbind`, `basic.nack` and `confirm.select`.
 */

export const BASIC_CONSUME = method(60, 20)
export const BASIC_CANCEL = method(60, 30)

const names = new Map([
  [method(20, 10), 'channel.open'],
  [method(20, 40), 'channel.close'],
  [method(40, 10), 'exchange.declare'],
  [method(40, 20), 'exchange.delete'],
  [method(40, 30), 'exchange.bind'],
  [method(40, 40), 'exchange.unbind'],
  [method(50, 10), 'queue.declare'],
  [method(50, 20), 'queue.bind'],
  [method(50, 30), 'queue.purge'],
  [method(50, 40), 'queue.delete'],
  [method(50, 50), 'queue.unbind'],
  [method(60, 10), 'basic.qos'],
  [BASIC_CONSUME, 'basic.consume'],
  [BASIC_CANCEL, 'basic.cancel'],
  [method(60, 80), 'basic.ack'],
  [method(60, 90), 'basic.reject'],
  [method(60, 110), 'basic.recover'],
  [method(60, 120), 'basic.nack'],
  [method(85, 10), 'confirm.select'],
])

/** Methods that the server does not answer, and `channel.close`, which amqplib sends in the same way. */
const sentOnly = new Set([method(60, 80), method(60, 90), method(60, 120), method(20, 40)])

/** Returns the name of a method that the server answers. */
export function methodName(id: number): string | undefined {
  return names.get(id)
}

/** Returns the name of a method that is sent without waiting for an answer. */
export function sentMethodName(id: number): string | undefined {
  return sentOnly.has(id) ? names.get(id) : undefined
}

function method(classId: number, methodId: number): number {
  return (classId << 16) | methodId
}
