/** Messages of kafka as checkpoints of data streams. */

import assert from 'node:assert/strict'
import { encodePathway } from '../../src/export/data-streams/context'
import type { Pathway } from '../../src/trace/data-streams'
import { collectCalls, collectKafka, type KafkaTest, kafkaTest, NEWEST } from '../../test/support/kafka'
import { recordStreams } from '../../test/support/streams'

const HEADER = 'dd-pathway-ctx-base64'

const hex = (pathway: Pathway | undefined) => pathway && Buffer.from(pathway.hash).toString('hex')
const decimal = ({ hash }: Pathway) => String(Buffer.from(hash).readBigUInt64LE())

kafkaTest('a message that is passed on is one way through both topics', async (t, kafka) => {
  const { streams, checkpoints, backlogs } = recordStreams(t)
  const collector = collectKafka(t, { dataStreams: streams })
  const producer = await kafka.producer()
  const next = await kafka.newTopic(1)
  const request = { topic: kafka.topic, messages: [{ key: 'key', value: 'value', headers: { a: 'bc' } }] }
  await producer.send(request)
  assert.deepEqual(Object.keys(request.messages[0].headers), ['a'])
  const consumer = await kafka.consume(
    kafka.topic,
    {
      eachMessage: async () => {
        for (const value of ['one', 'two']) {
          await producer.send({ topic: next, messages: [{ key: 'k', value }] })
        }
      },
    },
    { groupId: kafka.topic },
  )
  const calls = collectCalls<string>(2)
  await kafka.consume(
    next,
    {
      async eachBatch({ batch }: { batch: { messages: { headers: Record<string, Buffer> }[] } }) {
        for (const { headers } of batch.messages) calls.add(String(headers[HEADER]))
      },
    },
    { groupId: next },
  )
  const headers = await calls.promise
  const spans = await collector.waitFor(5)
  await consumer.stop()

  const cluster = `kafka_cluster_id:${spans[0].meta['kafka.cluster_id']}`
  const [sent, received, one, two, ...last] = checkpoints
  assert.deepEqual(sent.tags, ['direction:out', cluster, `topic:${kafka.topic}`, 'type:kafka'])
  assert.deepEqual(received.tags, [
    'direction:in',
    `group:${kafka.topic}`,
    cluster,
    `topic:${kafka.topic}`,
    'type:kafka',
  ])
  assert.equal(sent.parent, undefined)
  assert.equal(sent.payloadBytes, 'key'.length + 'value'.length + 'abc'.length)
  assert.equal(hex(received.parent), hex(sent.pathway))
  for (const each of [one, two]) {
    assert.equal(each.parent, received.pathway)
    assert.deepEqual(each.tags, ['direction:out', cluster, `topic:${next}`, 'type:kafka'])
  }
  assert.deepEqual(
    headers,
    [one, two].map(each => encodePathway(each.pathway)),
  )
  assert.deepEqual(
    last.map(each => hex(each.parent)),
    [hex(one.pathway), hex(two.pathway)],
  )
  const hashes = spans.map(span => span.meta['pathway.hash'])
  assert.ok(hashes.includes(decimal(sent.pathway)))
  assert.ok(hashes.includes(decimal(received.pathway)))

  const place = (topic: string) => `partition:0,topic:${topic},type:kafka`
  assert.equal(backlogs.get(`${place(kafka.topic)}_produce`), 0)
  assert.equal(backlogs.get(`${place(next)}_produce`), 1)
  assert.equal(backlogs.get(`${place(kafka.topic)}_high_watermark`), 1)
  assert.equal(backlogs.get(`consumer_group:${kafka.topic},${place(kafka.topic)}_commit`), 1)
})

async function receiveOne(kafka: KafkaTest): Promise<Record<string, Buffer>> {
  const calls = collectCalls<Record<string, Buffer>>(1)
  await kafka.consume(kafka.topic, {
    eachMessage: async ({ message }: { message: { headers: Record<string, Buffer> } }) =>
      calls.add(message.headers),
  })
  return (await calls.promise)[0]
}

kafkaTest('a header that cannot be read begins a way of its own', async (t, kafka) => {
  const before = await kafka.producer()
  await before.send({ topic: kafka.topic, messages: [{ key: 'k', value: 'v', headers: { [HEADER]: 'x' } }] })
  const { streams, checkpoints } = recordStreams(t)
  collectKafka(t, { dataStreams: streams })
  await receiveOne(kafka)
  assert.equal(checkpoints.length, 1)
  assert.equal(checkpoints[0].parent, undefined)
})

kafkaTest(
  'without the setting there is no header, no hash, and commits are not watched',
  async (t, kafka) => {
    const Broker = kafka.set.require('kafkajs/src/broker') as { prototype: Record<string, unknown> }
    const { offsetCommit } = Broker.prototype
    const collector = collectKafka(t)
    assert.equal(Broker.prototype.offsetCommit, offsetCommit)
    const producer = await kafka.producer()
    await producer.send({ topic: kafka.topic, messages: [{ key: 'k', value: 'v' }] })
    const headers = await receiveOne(kafka)
    assert.ok('traceparent' in headers)
    assert.ok(!(HEADER in headers))
    for (const span of await collector.waitFor(2)) assert.equal(span.meta['pathway.hash'], undefined)
  },
)

kafkaTest(
  'what a transaction commits for a group is a backlog',
  async (t, kafka) => {
    const { streams, backlogs } = recordStreams(t)
    collectKafka(t, { dataStreams: streams })
    const producer = await kafka.producer({ transactionalId: kafka.topic, maxInFlightRequests: 1 })
    const transaction = await producer.transaction()
    await transaction.send({ topic: kafka.topic, messages: [{ key: 'k', value: 'v' }] })
    await transaction.sendOffsets({
      consumerGroupId: kafka.topic,
      topics: [{ topic: kafka.topic, partitions: [{ partition: 0, offset: '7' }] }],
    })
    await transaction.commit()
    const tags = `consumer_group:${kafka.topic},partition:0,topic:${kafka.topic},type:kafka_commit`
    assert.equal(backlogs.get(tags), 7)
  },
  NEWEST,
)
