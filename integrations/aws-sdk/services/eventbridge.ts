/** EventBridge: the trace travels in the detail of an event, as its field `_datadog`. */

import { mayGrow, withField } from '../outgoing'
import type { Input } from '../types'
import { isObject, type Service, textIn } from './service'

export const eventbridge: Service = {
  resource: ['source', 'Name', 'Rule'],
  tags: { 'messaging.system': 'aws_eventbridge' },
  describe(input) {
    const first = entriesOf(input)[0]
    return {
      'aws.eventbridge.source': textIn(input, 'source') ?? (first && textIn(first, 'Source')),
      rulename: textIn(input, 'Name', 'Rule'),
    }
  },
  operations: {
    PutEvents: {
      kind: 'producer',
      inject(input, outgoing) {
        const entries = entriesOf(input)
        if (entries.length === 0) return input
        let bytes = entries.reduce((sum, { Detail }) => sum + Buffer.byteLength(String(Detail ?? '')), 0)
        const Entries = entries.map(entry => {
          if (typeof entry.Detail !== 'string') return entry
          const carrier = outgoing.next()
          if (carrier === undefined || !mayGrow(bytes, carrier.length + 13)) return entry
          const Detail = withField(entry.Detail, carrier)
          if (Detail === undefined) return entry
          bytes += Detail.length - entry.Detail.length
          return { ...entry, Detail }
        })
        return { ...input, Entries }
      },
    },
  },
}

function entriesOf({ Entries }: Input): Input[] {
  return Array.isArray(Entries) && Entries.every(isObject) ? Entries : []
}
