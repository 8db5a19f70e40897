/** Spans of consumers, and the context of their handlers. */

import assert from 'node:assert/strict'
import { activeSpan } from '../../src/trace/context'
import type { PlainSpan } from '../../test/support/collect'
import { collectCalls, collectKafka, type KafkaTest, kafkaTest, NEWEST } from '../../test/support/kafka'

interface MessagePayload {
  topic: string
  partition: number
  message: { offset: string; value: Buffer | null; headers: Record<string, unknown> }
}
interface BatchPayload {
  batch: { messages: MessagePayload['message'][]; lastOffset(): string }
  resolveOffset(offset: string): void
  heartbeat(): Promise<void>
  commitOffsetsIfNecessary(): Promise<void>
  pause?(): () => void
}

const NO_PARENT = '0000000000000000'
const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736'
const TRACEPARENT = `00-${TRACE}-00f067aa0ba902b7-01`

/** Sends messages before the integration is at work, so that these carry no trace. */
async function produce(kafka: KafkaTest, ...messages: object[]): Promise<void> {
  const producer = await kafka.producer()
  await producer.send({
    topic: kafka.topic,
    messages: messages.map(each => ({ key: 'k', value: 'v', ...each })),
  })
}

const consumed = (spans: readonly PlainSpan[]) => spans.filter(span => span.name === 'kafka.consume')
const linksOf = (span: PlainSpan) =>
  JSON.parse((span.meta['_dd.span_links'] as string | undefined) ?? '[]') as Record<string, unknown>[]

kafkaTest('eachMessage has a span for each message, active while it is handled', async (t, kafka) => {
  await produce(kafka, {}, {}, {})
  const collector = collectKafka(t)
  const calls = collectCalls<string | undefined>(3)
  const handler = async () => {
    await new Promise(resolve => setImmediate(resolve))
    calls.add(activeSpan()?.toSpanId(true))
  }
  await kafka.consume(kafka.topic, { eachMessage: handler }, { groupId: kafka.topic })
  const handled = await calls.promise
  const spans = await collector.waitFor(3)
  assert.deepEqual(
    spans.map(span => span.spanId),
    handled,
  )
  for (const [offset, span] of spans.entries()) {
    assert.equal(span.name, 'kafka.consume')
    assert.equal(span.service, 'shop-kafka')
    assert.equal(span.resource, kafka.topic)
    assert.equal(span.type, 'worker')
    assert.equal(span.parentId, NO_PARENT)
    const { meta, metrics } = span
    assert.equal(meta['span.kind'], 'consumer')
    assert.equal(meta.component, 'kafkajs')
    assert.equal(meta['_dd.integration'], 'kafkajs')
    assert.equal(meta['_dd.svc_src'], 'kafka')
    assert.equal(metrics['_dd.measured'], 1)
    assert.equal(meta['kafka.topic'], kafka.topic)
    assert.equal(meta['messaging.destination.name'], kafka.topic)
    assert.match(meta['kafka.cluster_id'] as string, /^[\w-]{22}$/)
    assert.equal(meta['kafka.group'], kafka.topic)
    assert.equal(metrics['kafka.partition'], 0)
    assert.equal(meta['kafka.message.offset'], String(offset))
    assert.equal(metrics['kafka.consumer_lag'], 2 - offset)
    assert.equal(meta['messaging.system'], undefined)
    assert.equal(meta['_dd.span_links'], undefined)
  }
})

kafkaTest('the parent comes from headers, of Datadog or of W3C', async (t, kafka) => {
  await produce(
    kafka,
    {
      headers: {
        'x-datadog-trace-id': '123',
        'x-datadog-parent-id': '456',
        'x-datadog-sampling-priority': '2',
      },
    },
    { headers: { traceparent: TRACEPARENT, tracestate: 'dd=s:1;o:rum,other=1' } },
    { headers: { traceparent: Buffer.from(TRACEPARENT) } },
  )
  const collector = collectKafka(t)
  await kafka.consume(kafka.topic, { eachMessage: async () => {} })
  const [datadog, w3c, bytes] = await collector.waitFor(3)
  assert.equal(BigInt(`0x${datadog.traceId}`), 123n)
  assert.equal(BigInt(`0x${datadog.parentId}`), 456n)
  assert.equal(datadog.metrics._sampling_priority_v1, 2)
  assert.equal(w3c.traceId, TRACE)
  assert.equal(w3c.parentId, '00f067aa0ba902b7')
  assert.equal(w3c.meta['_dd.origin'], 'rum')
  assert.equal(bytes.parentId, '00f067aa0ba902b7')
})

kafkaTest('malformed headers, none, and tombstones start a trace of their own', async (t, kafka) => {
  const messages = [
    { headers: { 'x-datadog-trace-id': 'abc', traceparent: Buffer.from([0xff, 0xfe, 0x00]) } },
    { headers: { traceparent: 'x'.repeat(100_000) } },
    { headers: { 'x-datadog-trace-id': '', 'x-datadog-parent-id': '-1' } },
    ...(kafka.isNewest ? [{ headers: { traceparent: [TRACEPARENT, TRACEPARENT] } }, { value: null }] : []),
  ]
  await produce(kafka, ...messages)
  const collector = collectKafka(t)
  const calls = collectCalls<unknown>(messages.length)
  await kafka.consume(kafka.topic, {
    eachMessage: async ({ message }: MessagePayload) => calls.add(message.value),
  })
  const values = await calls.promise
  const spans = await collector.waitFor(messages.length)
  for (const span of spans) assert.deepEqual([span.parentId, span.error], [NO_PARENT, 0])
  if (kafka.isNewest) assert.equal(values.at(-1), null)
})

kafkaTest('eachBatch has one span with a link to the sender of each message', async (t, kafka) => {
  const collector = collectKafka(t)
  const producer = await kafka.producer()
  for (const value of ['a', 'b']) {
    await producer.send({ topic: kafka.topic, messages: [{ key: 'k', value }] })
  }
  collector.registry.use('kafkajs', false)
  await produce(kafka, { headers: { traceparent: TRACEPARENT, tracestate: 'other=1' } }, {})
  collector.registry.use('kafkajs', true)
  const calls = collectCalls<string | undefined>(4)
  await kafka.consume(kafka.topic, {
    eachBatch: async ({ batch }: BatchPayload) => {
      await new Promise(resolve => setImmediate(resolve))
      for (const _message of batch.messages) calls.add(activeSpan()?.toSpanId(true))
    },
  })
  const activeIds = await calls.promise
  // The oldest version hands over one batch of a producer at a time.
  const batchCount = kafka.isNewest ? 1 : 3
  const spans = await collector.waitFor(2 + batchCount)
  const batches = consumed(spans)
  for (const span of batches) {
    assert.equal(span.parentId, NO_PARENT)
    assert.equal(span.resource, kafka.topic)
    assert.equal(span.type, 'worker')
    assert.equal(span.meta['messaging.system'], 'kafka')
    assert.equal(span.meta['span.kind'], 'consumer')
    assert.equal(span.metrics['kafka.partition'], 0)
    assert.equal(span.meta['kafka.message.offset'], undefined)
    const count = activeIds.filter(id => id === span.spanId).length
    assert.equal(span.metrics['messaging.batch.message_count'], count)
  }
  assert.equal(batches.at(-1)?.metrics['kafka.consumer_lag'], 0)
  const [first, second] = spans.filter(each => each.name === 'kafka.produce')
  assert.deepEqual(batches.flatMap(linksOf), [
    { trace_id: first.traceId, span_id: first.spanId, flags: 1 },
    { trace_id: second.traceId, span_id: second.spanId, flags: 1 },
    { trace_id: TRACE, span_id: '00f067aa0ba902b7', flags: 1, tracestate: 'other=1' },
  ])
})

kafkaTest('a large compressed batch has at most 128 links', async (t, kafka) => {
  const collector = collectKafka(t)
  const producer = await kafka.producer()
  const send = (count: number) =>
    producer.send({
      topic: kafka.topic,
      compression: kafka.kafkajs.CompressionTypes.GZIP,
      messages: Array.from({ length: count }, (_, index) => ({ key: 'k', value: `${index}` })),
    })
  await send(128)
  await send(1)
  const consumer = await kafka.consume(kafka.topic, {
    eachBatch: async ({ batch, resolveOffset }: BatchPayload) => resolveOffset(batch.lastOffset()),
  })
  let seen = 0
  for (let count = 3; seen < 129; count++) {
    const batches = consumed(await collector.waitFor(count))
    seen = 0
    for (const batch of batches) {
      const messages = batch.metrics['messaging.batch.message_count']
      seen += messages
      assert.equal(linksOf(batch).length, Math.min(messages, 128))
    }
  }
  await consumer.disconnect()
})

kafkaTest('a handler that fails has its error on the span, and gets the message again', async (t, kafka) => {
  await produce(kafka, {}, {})
  const collector = collectKafka(t)
  const mine = Object.assign(new Error('mine'), { name: 'Mine' })
  const calls = collectCalls<string>(4)
  let failures = 0
  await kafka.consume(
    kafka.topic,
    {
      eachMessage: ({ message }: MessagePayload) => {
        calls.add(message.offset)
        // Fails once by throwing, once by a rejected promise.
        if (failures++ === 0) throw mine
        return failures === 2 ? Promise.reject(mine) : Promise.resolve()
      },
    },
    { retry: { initialRetryTime: 10, retries: 5 } },
  )
  assert.deepEqual(await calls.promise, ['0', '0', '0', '1'])
  const spans = await collector.waitFor(4)
  assert.deepEqual(
    spans.map(span => [span.meta['kafka.message.offset'], span.error, span.meta['error.type']]),
    [
      ['0', 1, 'Mine'],
      ['0', 1, 'Mine'],
      ['0', 0, undefined],
      ['1', 0, undefined],
    ],
  )
})

kafkaTest('what a handler of batches can do works as ever', async (t, kafka) => {
  await produce(kafka, {}, {}, {})
  const collector = collectKafka(t)
  const calls = collectCalls<string>(3)
  let resolved = false
  await kafka.consume(kafka.topic, {
    eachBatchAutoResolve: false,
    async eachBatch({ batch, resolveOffset, heartbeat, commitOffsetsIfNecessary }: BatchPayload) {
      if (resolved) {
        for (const message of batch.messages) calls.add(message.offset)
        resolveOffset(batch.lastOffset())
        return
      }
      // Only the first message is resolved, so the others come again.
      resolved = true
      calls.add(batch.messages[0].offset)
      resolveOffset(batch.messages[0].offset)
      await heartbeat()
      await commitOffsetsIfNecessary()
    },
  })
  assert.deepEqual(await calls.promise, ['0', '1', '2'])
  const spans = await collector.waitFor(2)
  assert.deepEqual(
    spans.map(span => [span.metrics['messaging.batch.message_count'], span.error]),
    [
      [3, 0],
      [2, 0],
    ],
  )
})

kafkaTest(
  'pausing in a handler, and resuming',
  async (t, kafka) => {
    await produce(kafka, {}, {})
    const collector = collectKafka(t)
    const calls = collectCalls<string>(2)
    await kafka.consume(kafka.topic, {
      async eachMessage({ message, pause }: MessagePayload & { pause(): () => void }) {
        calls.add(message.offset)
        if (message.offset === '0') setTimeout(pause(), 20)
      },
    })
    assert.deepEqual(await calls.promise, ['0', '1'])
    assert.equal((await collector.waitFor(2)).length, 2)
  },
  NEWEST,
)

kafkaTest('a consumer that was started in a span, stopped and run again', async (t, kafka) => {
  await produce(kafka, {})
  const collector = collectKafka(t)
  const first = collectCalls<unknown>(1)
  const second = collectCalls<unknown>(1)
  const consumer = await collector.inParent(() =>
    kafka.consume(kafka.topic, { eachMessage: async () => first.add(activeSpan()) }),
  )
  await first.promise
  // kafkajs only warns, since the consumer is running.
  if (kafka.isNewest) await consumer.run({ eachMessage: async () => assert.fail('not this one') })
  await consumer.stop()
  await produce(kafka, {})
  await collector.inParent(() => consumer.run({ eachMessage: async () => second.add(activeSpan()) }))
  await second.promise
  const spans = consumed(await collector.waitFor(3))
  assert.deepEqual(
    spans.map(span => [span.parentId === NO_PARENT, span.meta['kafka.message.offset']]),
    [
      [true, '0'],
      [false, '1'],
    ],
  )
})

kafkaTest('each of several partitions, handled at once, has its own lag', async (t, kafka) => {
  const topic = await kafka.newTopic(3)
  const producer = await kafka.producer()
  const messages = [0, 0, 0, 1, 1, 2].map(partition => ({ key: 'k', value: 'v', partition }))
  await producer.send({ topic, messages })
  const collector = collectKafka(t)
  await kafka.consume(topic, {
    partitionsConsumedConcurrently: 3,
    eachMessage: () => new Promise(resolve => setImmediate(resolve)),
  })
  const spans = await collector.waitFor(6)
  assert.deepEqual(
    spans.map(span => `${span.metrics['kafka.partition']}: ${span.metrics['kafka.consumer_lag']}`).sort(),
    ['0: 0', '0: 1', '0: 2', '1: 0', '1: 1', '2: 0'],
  )
})

kafkaTest(
  'a second consumer of the group takes over its share',
  async (t, kafka) => {
    const topic = await kafka.newTopic(2)
    const collector = collectKafka(t)
    const both = collectCalls<unknown>(2)
    const consumers = new Set<string>()
    const config = (name: string) => ({
      eachMessage: async () => {
        if (!consumers.has(name)) both.add(consumers.add(name))
      },
    })
    const options = { groupId: topic, heartbeatInterval: 100, rebalanceTimeout: 2000 }
    await kafka.consume(topic, config('first'), options)
    await kafka.consume(topic, config('second'), options)
    const producer = await kafka.producer()
    let stop = false
    const producing = (async () => {
      while (!stop) {
        await producer.send({
          topic,
          messages: [0, 1].map(partition => ({ key: 'k', value: 'v', partition })),
        })
      }
    })()
    await both.promise
    stop = true
    await producing
    for (const span of consumed(collector.own())) {
      if (span.error === 1) assert.match(span.meta['error.message'] as string, /rebalanc|member/i)
    }
  },
  NEWEST,
)
