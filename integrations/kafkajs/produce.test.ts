/** The spans of producers. */

import assert from 'node:assert/strict'
import { activeSpan } from '../../src/trace/context'
import type { PlainSpan } from '../../test/support/collect'
import { collectCalls, collectKafka, kafkaTest, NEWEST } from '../../test/support/kafka'

const offsetsOf = (span: PlainSpan) => JSON.parse(span.meta['kafka.messages.offsets'] as string)
const byResource = (spans: readonly PlainSpan[]) => new Map(spans.map(span => [span.resource, span]))

kafkaTest('send() of one message has a span, a child of the active one', async (t, kafka) => {
  const collector = collectKafka(t)
  const producer = await kafka.producer()
  let parentId = ''
  await collector.inParent(parent => {
    parentId = parent.toSpanId(true)
    return producer.send({ topic: kafka.topic, messages: [{ key: 'k', value: 'a' }] })
  })
  const [span] = await collector.waitFor(1)
  assert.equal(span.parentId, parentId)
  assert.equal(span.name, 'kafka.produce')
  assert.equal(span.service, 'shop-kafka')
  assert.equal(span.resource, kafka.topic)
  assert.equal(span.type, '')
  assert.equal(span.error, 0)
  const { meta, metrics } = span
  assert.equal(meta['span.kind'], 'producer')
  assert.equal(meta.component, 'kafkajs')
  assert.equal(meta['_dd.integration'], 'kafkajs')
  assert.equal(meta['_dd.svc_src'], 'kafka')
  assert.equal(metrics['_dd.measured'], 1)
  assert.equal(meta['kafka.topic'], kafka.topic)
  assert.equal(meta['messaging.destination.name'], kafka.topic)
  assert.match(meta['kafka.cluster_id'] as string, /^[\w-]{22}$/)
  assert.equal(meta['messaging.kafka.bootstrap.servers'], kafka.brokers.join(','))
  assert.equal(metrics['kafka.batch_size'], 1)
  assert.equal(metrics['kafka.partition'], 0)
  assert.equal(meta['kafka.message.offset'], '0')
  assert.deepEqual(offsetsOf(span), [{ partition: 0, start_offset: '0' }])
})

kafkaTest('send() of several messages says where each partition took them', async (t, kafka) => {
  const collector = collectKafka(t)
  const producer = await kafka.producer()
  const topic = await kafka.newTopic(3)
  const messages = [2, 0, 2, 1].map(partition => ({ key: 'k', value: 'a', partition }))
  await producer.send({ topic, messages })
  await producer.send({ topic, messages })
  const [, span] = await collector.waitFor(2)
  assert.equal(span.metrics['kafka.batch_size'], 4)
  assert.deepEqual(offsetsOf(span), [
    { partition: 0, start_offset: '1' },
    { partition: 1, start_offset: '1' },
    { partition: 2, start_offset: '2' },
  ])
  assert.equal(span.metrics['kafka.partition'], undefined)
  assert.equal(span.meta['kafka.message.offset'], undefined)
})

kafkaTest('sendBatch() has one span for each topic', async (t, kafka) => {
  const collector = collectKafka(t)
  const producer = await kafka.producer()
  const other = await kafka.newTopic(1)
  await collector.inParent(() =>
    producer.sendBatch({
      topicMessages: [
        {
          topic: kafka.topic,
          messages: [
            { key: 'k', value: 'a' },
            { key: 'k', value: 'b' },
          ],
        },
        { topic: other, messages: [{ key: 'k', value: 'c' }] },
        ...(kafka.isNewest ? [{ topic: kafka.topic, messages: [{ key: 'k', value: 'd' }] }] : []),
      ],
    }),
  )
  const spans = byResource(await collector.waitFor(2))
  const first = spans.get(kafka.topic) as PlainSpan
  const second = spans.get(other) as PlainSpan
  assert.equal(first.metrics['kafka.batch_size'], kafka.isNewest ? 3 : 2)
  assert.equal(second.metrics['kafka.batch_size'], 1)
  assert.equal(second.meta['kafka.message.offset'], '0')
  assert.equal(first.parentId, second.parentId)
  const calls = collectCalls<string>(2)
  await kafka.consume(other, {
    eachMessage: async () =>
      calls.add((activeSpan() as NonNullable<ReturnType<typeof activeSpan>>).toTraceId(true)),
  })
  await producer.send({ topic: other, messages: [{ key: 'k', value: 'e' }] })
  assert.equal((await calls.promise)[0], second.traceId)
  const consumed = (await collector.waitFor(5)).find(span => span.name === 'kafka.consume')
  assert.equal(consumed?.parentId, second.spanId, 'each message carries the span of its own topic')
})

kafkaTest('an empty batch has no span', async (t, kafka) => {
  const collector = collectKafka(t)
  const producer = await kafka.producer()
  await producer.sendBatch({ topicMessages: [] }).catch(() => {})
  await producer.send({ topic: kafka.topic, messages: [{ key: 'k', value: 'a' }] })
  assert.equal((await collector.waitFor(1)).length, 1)
})

kafkaTest('a failing call rejects with the same error, and its spans have it', async (t, kafka) => {
  const collector = collectKafka(t)
  const producer = await kafka.producer()
  const failure = await producer.send({ topic: kafka.topic, messages: [{}] }).catch((error: Error) => error)
  const batch = { topicMessages: [{ topic: kafka.topic }, { topic: 'other' }] }
  await assert.rejects(producer.sendBatch(batch))
  await assert.rejects(producer.send(), TypeError)
  await assert.rejects(producer.send({ messages: [{ key: 'k', value: 'a' }] }))
  const spans = await collector.waitFor(5)
  assert.equal(spans[0].meta['error.message'], failure.message)
  assert.equal(spans[0].meta['error.type'], failure.name)
  assert.ok((spans[0].meta['error.stack'] as string).includes(failure.message))
  for (const span of spans) assert.equal(span.error, 1)
  assert.deepEqual(
    spans.map(span => span.resource),
    [kafka.topic, 'other', kafka.topic, 'kafka.produce', 'kafka.produce'],
  )
})

kafkaTest(
  'without an acknowledgement there are no offsets',
  async (t, kafka) => {
    const collector = collectKafka(t)
    const producer = await kafka.producer()
    assert.deepEqual(
      await producer.send({ topic: kafka.topic, acks: 0, messages: [{ key: 'k', value: 'a' }] }),
      [],
    )
    const [span] = await collector.waitFor(1)
    assert.equal(span.meta['kafka.messages.offsets'], undefined)
  },
  NEWEST,
)

kafkaTest(
  'an idempotent producer has the same spans',
  async (t, kafka) => {
    const collector = collectKafka(t)
    const producer = await kafka.producer({ idempotent: true })
    for (const value of ['a', 'b', 'c'])
      await producer.send({ topic: kafka.topic, messages: [{ key: 'k', value }] })
    const spans = await collector.waitFor(3)
    assert.deepEqual(
      spans.map(span => span.meta['kafka.message.offset']),
      ['0', '1', '2'],
    )
  },
  NEWEST,
)

kafkaTest(
  'what a transaction sends has spans; committing, aborting and offsets have none',
  async (t, kafka) => {
    const collector = collectKafka(t)
    const producer = await kafka.producer({ transactionalId: kafka.topic, maxInFlightRequests: 1 })
    const first = await producer.transaction()
    await collector.inParent(() => first.send({ topic: kafka.topic, messages: [{ key: 'k', value: 'a' }] }))
    await first.sendBatch({ topicMessages: [{ topic: kafka.topic, messages: [{ key: 'k', value: 'b' }] }] })
    await first.sendOffsets({
      consumerGroupId: kafka.topic,
      topics: [{ topic: kafka.topic, partitions: [{ partition: 0, offset: '1' }] }],
    })
    await first.commit()
    const second = await producer.transaction()
    await second.send({ topic: kafka.topic, messages: [{ key: 'k', value: 'never seen' }] })
    await second.abort()
    await assert.rejects(
      second.send({ topic: kafka.topic, messages: [{ key: 'k', value: 'too late' }] }),
      /once ended/,
    )
    const spans = await collector.waitFor(4)
    assert.deepEqual(
      spans.map(span => [span.name, span.error]),
      [0, 0, 0, 1].map(error => ['kafka.produce', error]),
    )
    const calls = collectCalls<string>(2)
    await kafka.consume(kafka.topic, {
      eachMessage: async ({ message }: { message: { value: Buffer } }) => calls.add(String(message.value)),
    })
    assert.deepEqual(await calls.promise, ['a', 'b'])
    const consumed = (await collector.waitFor(6)).find(span => span.name === 'kafka.consume')
    assert.equal(consumed?.parentId, spans[0].spanId)
  },
  NEWEST,
)

kafkaTest(
  'addresses that a function gives are not known',
  async (t, kafka) => {
    const collector = collectKafka(t)
    const producer = kafka.client({ brokers: async () => kafka.brokers }).producer()
    await producer.connect()
    await producer.send({ topic: kafka.topic, messages: [{ key: 'k', value: 'a' }] })
    await producer.disconnect()
    const [span] = await collector.waitFor(1)
    assert.equal(span.meta['messaging.kafka.bootstrap.servers'], undefined)
  },
  NEWEST,
)

kafkaTest('concurrent calls keep their own spans', async (t, kafka) => {
  const collector = collectKafka(t)
  const producer = await kafka.producer()
  const count = 30
  const shared = { key: 'k', value: 'shared', headers: { mine: 'yes' } }
  await Promise.all(
    Array.from({ length: count }, (_, caller) =>
      collector.inParent(
        () => producer.send({ topic: kafka.topic, messages: [shared, { key: 'k', value: `of ${caller}` }] }),
        `caller ${caller}`,
      ),
    ),
  )
  const parents = new Map(collector.spans().map(span => [span.spanId, span]))
  const calls = collectCalls<string>(2 * count)
  await kafka.consume(kafka.topic, {
    eachMessage: async ({ message }: { message: { value: Buffer } }) => {
      if (activeSpan()) calls.add(String(message.value))
    },
  })
  const values = await calls.promise
  const consumed = (await collector.waitFor(3 * count)).filter(span => span.name === 'kafka.consume')
  for (const [index, value] of values.entries()) {
    const sent = parents.get(consumed[index].parentId) as PlainSpan
    const caller = parents.get(sent.parentId)?.resource
    if (value !== 'shared') assert.equal(caller, `caller ${value.slice(3)}`)
    // In a partition, both messages of one call follow each other.
    else assert.equal(consumed[index + 1].parentId, consumed[index].parentId)
  }
})
