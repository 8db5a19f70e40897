/** bullmq as a message queue: the contract that all such libraries keep. */

import { randomUUID } from 'node:crypto'
import { messageQueueContract } from '../../test/contracts/message-queue'
import { withEachSet } from '../../test/support/client-sets'
import integration from './index'

// biome-ignore lint/suspicious/noExplicitAny: types of versions that differ
type Loose = any

messageQueueContract({
  name: 'bullmq',
  service: 'shop-bullmq',
  serviceSource: 'bullmq',
  producer: { name: 'bullmq.add', v1: 'bullmq.send', resource: name => name },
  consumer: { name: 'bullmq.processJob', v1: 'bullmq.process', resource: name => name },
  checkpoint: (direction, name) => [`direction:${direction}`, `topic:${name}`, 'type:bullmq'],
  payloadBytes: text => Buffer.byteLength(JSON.stringify({ text })),
  test(title, body) {
    withEachSet(integration, 'redis', test => {
      test(title, async place => {
        const { t, set, url } = place
        const bullmq = set.require('bullmq') as Loose
        const { Redis } = set.require('ioredis') as Loose
        const connection = new Redis(url, { maxRetriesPerRequest: null })
        const closing: Loose[] = []
        t.after(async () => {
          for (const each of closing.reverse()) await each.close()
          connection.disconnect()
        })
        await body({
          t,
          collect: options => place.collect(options),
          async queue() {
            const settings = { connection, prefix: randomUUID() }
            const name = `orders-${closing.length}`
            const queue = new bullmq.Queue(name, settings)
            closing.push(queue)
            return {
              name,
              send(text, carrier) {
                const telemetry = carrier && { metadata: JSON.stringify(carrier) }
                return queue.add('job', { text }, { telemetry })
              },
              async consume(handle) {
                const worker = new bullmq.Worker(name, (job: Loose) => handle(job.data.text), settings)
                closing.push(worker)
              },
              received: {
                'messaging.system': 'bullmq',
                'messaging.operation': 'process',
                'messaging.destination.name': name,
                'bullmq.job.name': 'job',
              },
            }
          },
        })
      })
    })
  },
})
