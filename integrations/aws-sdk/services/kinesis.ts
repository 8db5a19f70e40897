/** Kinesis: the trace travels in records that are JSON objects, as their field `_datadog`. */

import { type Incoming, parsed } from '../incoming'
import { type Outgoing, withField } from '../outgoing'
import type { Input } from '../types'
import { isObject, lastPart, type Service, textIn } from './service'

const MAX_RECORD_BYTES = 1024 * 1024

export const kinesis: Service = {
  resource: ['StreamName', 'StreamARN'],
  tags: { 'messaging.system': 'aws_kinesis' },
  describe(input) {
    const stream = streamOf(input)
    return { 'aws.kinesis.stream_name': stream, streamname: stream }
  },
  operations: {
    PutRecord: { kind: 'producer', inject: (input, outgoing) => withData(input, streamOf(input), outgoing) },
    PutRecords: {
      kind: 'producer',
      inject(input, outgoing) {
        const { Records } = input
        if (!Array.isArray(Records) || !Records.every(isObject)) return input
        return { ...input, Records: Records.map(record => withData(record, streamOf(input), outgoing)) }
      },
    },
    GetRecords: {
      kind: 'consumer',
      type: 'worker',
      received(input, output) {
        const records = isObject(output) ? output.Records : undefined
        if (!Array.isArray(records)) return []
        const topic = streamOf(input)
        return records.filter(isObject).map(({ Data }): Incoming => {
          const text = textOf(Data)
          const value = text?.includes('"_datadog"') ? parsed(text) : undefined
          const carrier = isObject(value) ? value._datadog : undefined
          return { carrier, type: 'kinesis', topic, bytes: text?.length ?? 0 }
        })
      },
    },
  },
}

function streamOf(input: Input): string | undefined {
  return textIn(input, 'StreamName') ?? lastPart(textIn(input, 'StreamARN'), '/')
}

function textOf(data: unknown): string | undefined {
  if (typeof data === 'string') return data
  return data instanceof Uint8Array
    ? Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString()
    : undefined
}

function withData(record: Input, stream: string | undefined, outgoing: Outgoing): Input {
  const text = textOf(record.Data)
  if (text === undefined || !text.trimEnd().endsWith('}')) return record
  const carrier = outgoing.next('kinesis', stream, text.length)
  const changed = carrier === undefined ? undefined : withField(text, carrier)
  if (changed === undefined || Buffer.byteLength(changed) > MAX_RECORD_BYTES) return record
  return { ...record, Data: typeof record.Data === 'string' ? changed : Buffer.from(changed) }
}
