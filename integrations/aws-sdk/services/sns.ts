/** SNS: the trace travels as the attribute `_datadog`, bytes of JSON, which its subscriptions leave alone. */

import { mayGrow, type Outgoing } from '../outgoing'
import type { Input } from '../types'
import { isObject, lastPart, type Service, textIn } from './service'
import { sizeOf } from './sqs'

const ATTRIBUTE_BYTES = 32

export const sns: Service = {
  resource: ['TopicArn', 'TargetArn', 'Name'],
  tags: { 'messaging.system': 'aws.sns' },
  describe(input) {
    const arn = topicOf(input)
    return { 'aws.sns.topic_arn': arn, topicname: lastPart(arn, ':') ?? textIn(input, 'Name') }
  },
  operations: {
    Publish: {
      name: 'aws.sns.send',
      kind: 'producer',
      inject: (input, outgoing) => withAttribute(input, topicOf(input), sizeOf(input), outgoing),
    },
    PublishBatch: {
      name: 'aws.sns.send',
      kind: 'producer',
      inject(input, outgoing) {
        const { PublishBatchRequestEntries: entries } = input
        if (!Array.isArray(entries) || !entries.every(isObject)) return input
        let bytes = entries.reduce((sum, entry) => sum + sizeOf(entry), 0)
        const topic = topicOf(input)
        const changed = entries.map(entry => {
          const made = withAttribute(entry, topic, bytes, outgoing)
          bytes += sizeOf(made) - sizeOf(entry)
          return made
        })
        return { ...input, PublishBatchRequestEntries: changed }
      },
    },
  },
}

function topicOf(input: Input): string | undefined {
  return textIn(input, 'TopicArn', 'TargetArn')
}

/** A text to a telephone has no topic, and gets nothing. */
function withAttribute(message: Input, topic: string | undefined, bytes: number, outgoing: Outgoing): Input {
  const { MessageAttributes: attributes = {} } = message
  if (topic === undefined || !isObject(attributes) || '_datadog' in attributes) return message
  // A queue behind it takes ten.
  if (Object.keys(attributes).length >= 10) return message
  const carrier = outgoing.next('sns', topic, sizeOf(message))
  if (carrier === undefined || !mayGrow(bytes, carrier.length + ATTRIBUTE_BYTES)) return message
  const BinaryValue = Buffer.from(carrier)
  return { ...message, MessageAttributes: { ...attributes, _datadog: { DataType: 'Binary', BinaryValue } } }
}
