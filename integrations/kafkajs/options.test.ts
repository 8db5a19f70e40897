/** Settings and options that change the spans of kafkajs, and brokers in trouble. */

import assert from 'node:assert/strict'
import type { CollectOptions, PlainSpan } from '../../test/support/collect'
import { collectCalls, collectKafka, kafkaTest, NEWEST } from '../../test/support/kafka'
import { kafkaProxy } from '../../test/support/kafka-proxy'

type Check = (producer: PlainSpan, consumer: PlainSpan, brokers: string[]) => void

function optionTest(name: string, options: CollectOptions, check: Check): void {
  kafkaTest(
    name,
    async (t, kafka) => {
      const collector = collectKafka(t, options)
      const producer = await kafka.producer()
      await producer.send({ topic: kafka.topic, messages: [{ key: 'k', value: 'v' }] })
      await kafka.consume(kafka.topic, { eachMessage: async () => {} })
      const [sent, handled] = await collector.waitFor(2)
      check(sent, handled, kafka.brokers)
    },
    NEWEST,
  )
}

optionTest(
  'schema v1 names the operations, the service and the peer',
  { config: { spanAttributeSchema: 'v1' } },
  (producer, consumer, brokers) => {
    assert.equal(producer.name, 'kafka.send')
    assert.equal(consumer.name, 'kafka.process')
    for (const span of [producer, consumer]) {
      assert.equal(span.service, 'shop')
      assert.equal(span.meta['_dd.svc_src'], undefined)
    }
    assert.equal(producer.meta['peer.service'], brokers.join(','))
    assert.equal(producer.meta['_dd.peer.service.source'], 'messaging.kafka.bootstrap.servers')
    assert.equal(consumer.meta['peer.service'], undefined)
  },
)

kafkaTest(
  'a broker that is down fails as ever, with the error on the span',
  async (t, kafka) => {
    const collector = collectKafka(t)
    const client = kafka.client({ retry: { initialRetryTime: 1, retries: 1 } })
    const producer = client.producer()
    await producer.connect()
    await producer.disconnect()
    await assert.rejects(producer.send({ topic: kafka.topic, messages: [{ key: 'k', value: 'v' }] }), {
      name: 'KafkaJSError',
      message: 'The producer is disconnected',
    })
    const [span] = await collector.waitFor(1)
    assert.equal(span.error, 1)
    assert.equal(span.meta['error.message'], 'The producer is disconnected')
  },
  NEWEST,
)

kafkaTest(
  'a connection that breaks while sending: one span, and the headers with the next attempt',
  async (t, kafka) => {
    const collector = collectKafka(t)
    const proxy = await kafkaProxy(t, kafka.brokers[0], { firstProduceBreaks: true })
    const retry = { initialRetryTime: 10, retries: 5 }
    const producer = kafka.client({ socketFactory: proxy.socketFactory, retry }).producer()
    await producer.connect()
    t.after(() => producer.disconnect())
    await producer.send({ topic: kafka.topic, messages: [{ key: 'k', value: 'v' }] })
    assert.equal(proxy.produceVersions.length, 2)
    const calls = collectCalls<string>(1)
    await kafka.consume(kafka.topic, {
      eachMessage: async ({ message }: { message: { headers: Record<string, Buffer> } }) =>
        calls.add(String(message.headers.traceparent)),
    })
    const [sent] = await collector.waitFor(1)
    assert.equal(sent.error, 0)
    assert.equal((await calls.promise)[0].split('-')[2], sent.spanId)
  },
  NEWEST,
)

kafkaTest(
  'a connection that breaks, and nobody tries again: the error is on the span',
  async (t, kafka) => {
    const collector = collectKafka(t)
    const proxy = await kafkaProxy(t, kafka.brokers[0], { firstProduceBreaks: true })
    const producer = kafka.client({ socketFactory: proxy.socketFactory, retry: { retries: 0 } }).producer()
    await producer.connect()
    t.after(() => producer.disconnect())
    const failure = await producer
      .send({ topic: kafka.topic, messages: [{ key: 'k', value: 'v' }] })
      .catch((error: Error) => error)
    const [sent] = await collector.waitFor(1)
    assert.equal(sent.error, 1)
    assert.equal(sent.meta['error.message'], failure.message)
    assert.equal(sent.meta['error.type'], 'KafkaJSNumberOfRetriesExceeded')
  },
  NEWEST,
)
