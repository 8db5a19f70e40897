/** Messages as checkpoints of data streams. */

import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { activePathway, type DataStreams, type Pathway } from '../../src/trace/data-streams'
import { installLibraries } from '../../test/libraries/install'
import { librarySets } from '../../test/libraries/sets'
import { type Stub, startStub } from '../../test/support/aws-stub'
import { type Collector, collect } from '../../test/support/collect'
import integration from './index'

// biome-ignore lint/suspicious/noExplicitAny: clients of many versions, whose types are not installed
type Any = any

/** Stand-in for data streams, whose pathways are numbers; the real monitor has tests of its own. */
function recorder(): { streams: DataStreams; seen: [string, number | undefined][] } {
  const seen: [string, number | undefined][] = []
  const streams: DataStreams = {
    checkpoint(tags, parent) {
      const startMs = seen.push([tags.join(), parent?.startMs])
      return { hash: new Uint8Array(8), startMs, edgeStartMs: startMs } as Pathway
    },
    backlog() {},
    inject(pathway, carrier) {
      carrier.pathway = String(pathway.startMs)
    },
    extract(carrier) {
      const startMs = Number((carrier as Any)?.pathway)
      return startMs > 0 ? ({ startMs } as Pathway) : undefined
    },
  }
  return { streams, seen }
}

for (const set of librarySets('aws-sdk').filter(each => '@aws-sdk/client-sqs' in each.versions)) {
  describe(`${set.label}, data streams`, () => {
    const { streams, seen } = recorder()
    let collector: Collector
    let stub: Stub
    let client: Any
    let library: Any
    const queue = (): string => `${stub.url}/123456789012/orders`

    before(async () => {
      await installLibraries([set])
      collector = collect([integration], { dataStreams: streams })
      stub = await startStub()
      library = set.require('@aws-sdk/client-sqs')
      client = new library.SQSClient({
        endpoint: stub.url,
        region: 'us-east-1',
        credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
      })
    })
    after(async () => {
      client.destroy()
      collector.stop()
      await stub.close()
    })

    it('counts each message that is sent, and carries its pathway', async () => {
      const Entries = ['a', 'b'].map(Id => ({ Id, MessageBody: `hello ${Id}` }))
      await client.send(new library.SendMessageBatchCommand({ QueueUrl: queue(), Entries }))
      const out = 'direction:out,topic:orders,type:sqs'
      assert.deepEqual(seen.splice(0), [
        [out, undefined],
        [out, undefined],
      ])
      const { body } = stub.wire[0]
      const text = body.startsWith('{') ? body.replaceAll('\\', '') : decodeURIComponent(body)
      assert.match(text, /"pathway":"1"/)
      assert.match(text, /"pathway":"2"/)
    })

    it('counts those that are received, and goes on from the last of them', async () => {
      stub.messages = [7, 8].map(pathway => ({
        MessageId: 'm',
        Body: 'hello',
        MessageAttributes: {
          _datadog: { DataType: 'String', StringValue: JSON.stringify({ pathway: String(pathway) }) },
        },
      }))
      const inside = await new Promise<number | undefined>(resolve => {
        const command = new library.ReceiveMessageCommand({ QueueUrl: queue() })
        client.send(command, () => resolve(activePathway()?.startMs))
      })
      const into = 'direction:in,topic:orders,type:sqs'
      assert.deepEqual(seen.splice(0), [
        [into, 7],
        [into, 8],
      ])
      assert.equal(inside, 2)
    })
  })
}
