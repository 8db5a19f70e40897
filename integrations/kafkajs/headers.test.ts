/** Headers: the tracer's are added to copies, the application's arrive as they were. */

import assert from 'node:assert/strict'
import { getBaggage, runWithBaggage } from '../../src/trace/baggage'
import { collectCalls, collectKafka, kafkaTest, NEWEST } from '../../test/support/kafka'
import { kafkaProxy } from '../../test/support/kafka-proxy'

type Headers = Record<string, unknown>

const OURS = /^(x-datadog-|trace|baggage)/
const plain = (headers: Headers | undefined) =>
  Object.fromEntries(
    Object.entries(headers ?? {}).map(([name, value]) => [
      name,
      Array.isArray(value) ? value.map(String) : String(value),
    ]),
  )
const theirs = (headers: Headers) =>
  Object.fromEntries(Object.entries(headers).filter(([name]) => !OURS.test(name)))

kafkaTest('headers of every shape arrive, and nothing of the application is changed', async (t, kafka) => {
  const shapes: (Headers | undefined)[] = [
    undefined,
    {},
    { text: 'a', bytes: Buffer.from('b') },
    ...(kafka.isNewest ? [{ list: ['a', Buffer.from('b')], single: ['c'] }] : []),
    Object.assign(Object.create(null), { 'no prototype': 'a' }),
  ]
  const messages = shapes.map((headers, index) =>
    Object.freeze({ key: `${index}`, value: 'x', headers: headers && Object.freeze(headers) }),
  )
  const request = Object.freeze({ topic: kafka.topic, messages: Object.freeze(messages) })
  const send = async (): Promise<void> => {
    const producer = await kafka.producer()
    await producer.send(request)
  }
  await send()
  const collector = collectKafka(t)
  await collector.inParent(send)
  const calls = collectCalls<Headers>(2 * shapes.length)
  await kafka.consume(kafka.topic, {
    eachMessage: async ({ message }: { message: { headers: Headers } }) => calls.add(plain(message.headers)),
  })
  const got = await calls.promise
  const [before, after] = [got.slice(0, shapes.length), got.slice(shapes.length)]
  assert.deepEqual(after.map(theirs), before)
  for (const headers of after) {
    assert.match(headers['x-datadog-trace-id'] as string, /^\d+$/)
    assert.match(headers.traceparent as string, /^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/)
  }
  assert.deepEqual(messages[0], { key: '0', value: 'x', headers: undefined })
  assert.deepEqual(Object.keys(messages[1].headers as object), [])
})

kafkaTest('a message that is passed on with its headers carries the new context only', async (t, kafka) => {
  const collector = collectKafka(t)
  const producer = await kafka.producer()
  const next = await kafka.newTopic(1)
  await producer.send({ topic: kafka.topic, messages: [{ key: 'k', value: 'a', headers: { id: '1' } }] })
  await kafka.consume(kafka.topic, {
    eachMessage: ({ message }: { message: { value: Buffer; headers: Headers } }) =>
      producer.send({
        topic: next,
        messages: [{ key: 'k', value: message.value, headers: message.headers }],
      }),
  })
  const calls = collectCalls<Headers>(1)
  await kafka.consume(next, {
    eachMessage: async ({ message }: { message: { headers: Headers } }) => calls.add(plain(message.headers)),
  })
  const [headers] = await calls.promise
  assert.deepEqual(theirs(headers), { id: '1' })
  const spans = await collector.waitFor(4)
  const second = spans.find(span => span.name === 'kafka.produce' && span.resource === next)
  assert.equal((headers.traceparent as string).split('-')[2], second?.spanId)
  assert.equal(new Set(spans.map(span => span.traceId)).size, 1)
})

kafkaTest('baggage travels with the messages', async (t, kafka) => {
  collectKafka(t)
  const producer = await kafka.producer()
  await runWithBaggage(
    { 'user.id': '42' },
    () => producer.send({ topic: kafka.topic, messages: [{ key: 'k', value: 'a' }] }),
    undefined,
    [],
  )
  await producer.send({ topic: kafka.topic, messages: [{ key: 'k', value: 'b' }] })
  const calls = collectCalls<unknown>(2)
  // The baggage of the code that starts the consumer is not the messages'.
  await runWithBaggage(
    { of: 'the starter' },
    () => kafka.consume(kafka.topic, { eachMessage: async () => calls.add(getBaggage()) }),
    undefined,
    [],
  )
  assert.deepEqual(await calls.promise, [{ 'user.id': '42' }, {}])
})

kafkaTest('the partitioner gets the very messages of the application', async (t, kafka) => {
  collectKafka(t)
  const seen: unknown[] = []
  const producer = await kafka.producer({
    createPartitioner:
      () =>
      ({ message }: { message: unknown }) => {
        seen.push(message)
        return 0
      },
  })
  const messages = [
    { key: 'k', value: 'a' },
    { key: 'k', value: 'b', headers: { x: 'y' } },
  ]
  await producer.send({ topic: kafka.topic, messages })
  assert.equal(seen[0], messages[0])
  assert.equal(seen[1], messages[1])
})

kafkaTest(
  'brokers from before headers get none',
  async (t, kafka) => {
    const collector = collectKafka(t)
    const proxy = await kafkaProxy(t, kafka.brokers[0], { maxProduceVersion: 2 })
    const producer = kafka.client({ socketFactory: proxy.socketFactory }).producer()
    await producer.connect()
    t.after(() => producer.disconnect())
    let reads = 0
    const message = {
      key: 'k',
      value: 'a',
      get headers() {
        reads++
        return {}
      },
    }
    await producer.send({ topic: kafka.topic, messages: [message] })
    assert.equal(reads, 0, 'nobody asks for headers')
    assert.deepEqual(proxy.produceVersions, [2])
    const calls = collectCalls<Headers>(1)
    await kafka.consume(kafka.topic, {
      eachMessage: async ({ message }: { message: { headers: Headers } }) => calls.add(message.headers),
    })
    assert.deepEqual(plain((await calls.promise)[0]), {})
    const [span] = await collector.waitFor(1)
    assert.equal(span.meta['kafka.message.offset'], '0')
  },
  NEWEST,
)

kafkaTest(
  'a producer whose broker does not understand a message sends no more headers',
  async (t, kafka) => {
    const collector = collectKafka(t)
    const proxy = await kafkaProxy(t, kafka.brokers[0], { firstProduceFails: true })
    const producer = kafka.client({ socketFactory: proxy.socketFactory }).producer()
    await producer.connect()
    t.after(() => producer.disconnect())
    const request = (value: string) => ({
      topic: kafka.topic,
      messages: [{ key: 'k', value, headers: { mine: 'yes' } }],
    })
    await assert.rejects(producer.send(request('a')), { type: 'UNKNOWN' })
    await producer.send(request('b'))
    const other = await kafka.producer()
    await other.send(request('c'))
    const calls = collectCalls<Headers>(3)
    await kafka.consume(kafka.topic, {
      eachMessage: async ({ message }: { message: { headers: Headers } }) =>
        calls.add(plain(message.headers)),
    })
    const [first, second, third] = await calls.promise
    assert.ok('traceparent' in first)
    assert.deepEqual(second, { mine: 'yes' })
    assert.ok('traceparent' in third, 'another producer goes on')
    assert.deepEqual(
      (await collector.waitFor(3)).filter(span => span.name === 'kafka.produce').map(span => span.error),
      [1, 0, 0],
    )
  },
  NEWEST,
)
