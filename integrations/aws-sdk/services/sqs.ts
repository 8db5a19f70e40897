/** SQS: the trace travels as the attribute `_datadog`, text of JSON, of which a message may have ten. */

import { type Incoming, parsed } from '../incoming'
import { mayGrow, type Outgoing } from '../outgoing'
import type { Input } from '../types'
import { isObject, lastPart, type Service, textIn } from './service'

const MAX_ATTRIBUTES = 10
/** Bytes of the name, the type and the separators of the tracer's attribute. */
const ATTRIBUTE_BYTES = 32

export const sqs: Service = {
  resource: ['QueueName', 'QueueUrl'],
  tags: { 'messaging.system': 'aws_sqs' },
  describe(input, { region, partition }) {
    const queue = queueOf(input)
    const account = /\/(\d{12})\/[^/]+$/.exec(textIn(input, 'QueueUrl') ?? '')?.[1]
    const arn =
      account && region && queue ? `arn:${partition ?? 'aws'}:sqs:${region}:${account}:${queue}` : undefined
    return { 'aws.sqs.queue_name': queue, queuename: queue, 'cloud.resource_id': arn }
  },
  operations: {
    SendMessage: {
      name: 'aws.sqs.send',
      kind: 'producer',
      inject: (input, outgoing) => withAttribute(input, queueOf(input), sizeOf(input), outgoing),
    },
    SendMessageBatch: {
      name: 'aws.sqs.send',
      kind: 'producer',
      inject(input, outgoing) {
        const { Entries } = input
        if (!Array.isArray(Entries) || !Entries.every(isObject)) return input
        let bytes = Entries.reduce((sum, entry) => sum + sizeOf(entry), 0)
        const queue = queueOf(input)
        return {
          ...input,
          Entries: Entries.map(entry => {
            const changed = withAttribute(entry, queue, bytes, outgoing)
            bytes += sizeOf(changed) - sizeOf(entry)
            return changed
          }),
        }
      },
    },
    ReceiveMessage: {
      name: 'aws.sqs.process',
      kind: 'consumer',
      type: 'worker',
      prepare(input) {
        const { MessageAttributeNames: names = [] } = input
        if (!Array.isArray(names) || names.some(name => ['_datadog', 'All', '.*'].includes(name)))
          return input
        return { ...input, MessageAttributeNames: [...names, '_datadog'] }
      },
      received(input, output) {
        const messages = isObject(output) ? output.Messages : undefined
        if (!Array.isArray(messages)) return []
        const topic = queueOf(input)
        return messages.filter(isObject).map(
          (message): Incoming => ({
            carrier: carrierOf(message),
            type: 'sqs',
            topic,
            bytes: sizeOf(message),
          }),
        )
      },
    },
  },
}

function queueOf(input: Input): string | undefined {
  return textIn(input, 'QueueName') ?? lastPart(textIn(input, 'QueueUrl'), '/')
}

function withAttribute(message: Input, queue: string | undefined, bytes: number, outgoing: Outgoing): Input {
  const { MessageAttributes: attributes = {} } = message
  if (!isObject(attributes) || '_datadog' in attributes) return message
  if (Object.keys(attributes).length >= MAX_ATTRIBUTES) return message
  const carrier = outgoing.next('sqs', queue, sizeOf(message))
  if (carrier === undefined || !mayGrow(bytes, carrier.length + ATTRIBUTE_BYTES)) return message
  return {
    ...message,
    MessageAttributes: { ...attributes, _datadog: { DataType: 'String', StringValue: carrier } },
  }
}

/** Returns the carrier of the message itself, or of what SNS and EventBridge have put into its body. */
function carrierOf(message: Input): unknown {
  const own = isObject(message.MessageAttributes) ? message.MessageAttributes._datadog : undefined
  if (isObject(own)) return parsed(own.StringValue ?? textOf(own.BinaryValue))
  const { Body } = message
  if (typeof Body !== 'string' || !Body.includes('_datadog')) return undefined
  const body = parsed(Body)
  if (!isObject(body)) return undefined
  if (isObject(body.detail)) return body.detail._datadog
  const wrapped = isObject(body.MessageAttributes) ? body.MessageAttributes._datadog : undefined
  if (!isObject(wrapped) || typeof wrapped.Value !== 'string') return undefined
  return parsed(wrapped.Type === 'Binary' ? Buffer.from(wrapped.Value, 'base64').toString() : wrapped.Value)
}

function textOf(bytes: unknown): string | undefined {
  return bytes instanceof Uint8Array ? Buffer.from(bytes).toString() : undefined
}

/** Bytes of body and attributes. */
export function sizeOf({ MessageBody, Body, Message, MessageAttributes }: Input): number {
  let bytes = Buffer.byteLength(String(MessageBody ?? Body ?? Message ?? ''))
  if (isObject(MessageAttributes)) {
    for (const [name, value] of Object.entries(MessageAttributes)) {
      if (!isObject(value)) continue
      const { StringValue, BinaryValue, DataType } = value
      bytes += Buffer.byteLength(name) + String(DataType ?? '').length
      if (typeof StringValue === 'string') bytes += Buffer.byteLength(StringValue)
      if (BinaryValue instanceof Uint8Array) bytes += BinaryValue.byteLength
    }
  }
  return bytes
}
