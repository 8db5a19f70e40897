/** What an application can see of the integration: nothing but the flags. */

import assert from 'node:assert/strict'
import { inspect } from 'node:util'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { activeSpan } from '../../src/trace/context'
import type { Span } from '../../src/trace/span'
import { collectCalls, collectKafka, type KafkaTest, kafkaTest, NEWEST } from '../../test/support/kafka'
import { session } from '../../test/support/kafka-session'

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void
const FLAG = '__datadog_patch'

function functionsOf({ kafkajs, set }: KafkaTest): Record<string, (...args: unknown[]) => unknown> {
  const classOf = (file: string) => set.require(`kafkajs/src/${file}`) as { prototype: Record<string, never> }
  return {
    Kafka: kafkajs.Kafka,
    constructor: kafkajs.Kafka.prototype.constructor,
    producer: kafkajs.Kafka.prototype.producer,
    refreshMetadataIfNecessary: classOf('cluster').prototype.refreshMetadataIfNecessary,
    produce: classOf('broker').prototype.produce,
    connect: classOf('network/connection').prototype.connect,
    start: classOf('consumer/runner').prototype.start,
    processEachMessage: classOf('consumer/runner').prototype.processEachMessage,
  }
}

kafkaTest(
  'wrappers are flagged, look like the originals, and unpatching brings those back',
  async (t, kafka) => {
    const before = functionsOf(kafka)
    const printed = inspect(before.Kafka)
    const looks = (fn: (...args: unknown[]) => unknown) => [fn.name, fn.length]
    const expected = Object.values(before).map(looks)
    const collector = collectKafka(t)
    const patched = functionsOf(kafka)
    assert.deepEqual(Object.values(patched).map(looks), expected)
    for (const [name, original] of Object.entries(before)) {
      assert.notEqual(patched[name], original, name)
      assert.equal(Object.getOwnPropertyDescriptor(patched[name], FLAG)?.value, true)
    }
    // From Node.js 26 on a proxy is printed as one.
    assert.equal(inspect(kafka.kafkajs.Kafka).replace(/^Proxy\((.*)\)$/, '$1'), printed)
    const { Kafka } = kafka.kafkajs
    assert.equal(Kafka.prototype.constructor, Kafka)
    const client = kafka.client()
    assert.ok(client instanceof Kafka)
    assert.equal(client.constructor, Kafka)
    class Mine extends (Kafka as new (options: object) => object) {}
    assert.ok(new Mine({ brokers: kafka.brokers }) instanceof Mine)
    collector.stop()
    assert.deepEqual(functionsOf(kafka), before)
    for (const [name, original] of Object.entries(before)) {
      assert.equal(functionsOf(kafka)[name], original)
      assert.ok(!Object.hasOwn(original, FLAG), name)
    }
  },
)

kafkaTest('methods of producers look as ever', async (t, kafka) => {
  const looks = (object: object) =>
    Object.entries(object).map(([name, value]) => [name, value?.name, value?.length, typeof value])
  const expected = looks(kafka.client().producer())
  collectKafka(t)
  assert.deepEqual(looks(kafka.client().producer()), expected)
})

kafkaTest('a session of hundreds of calls gives the same results, errors and events', async (t, kafka) => {
  const expected = await session(kafka)
  const collector = collectKafka(t)
  const seen = await session(kafka)
  assert.deepEqual(seen, expected)
  assert.ok(expected.length > (kafka.isNewest ? 300 : 200), `${expected.length} observations`)
  assert.ok(collector.own().length > 50, `${collector.own().length} spans`)
})

kafkaTest(
  'what was made before, and what was made while it was on, passes through when it is off',
  async (t, kafka) => {
    const early = await kafka.producer()
    const collector = collectKafka(t)
    const producer = await kafka.producer()
    const calls = collectCalls<unknown>(4)
    await kafka.consume(kafka.topic, { eachMessage: async () => calls.add(activeSpan()) })
    const send = (by: typeof producer) =>
      by.send({ topic: kafka.topic, messages: [{ key: 'k', value: 'v' }] })
    await send(early)
    await send(producer)
    await collector.waitFor(3)
    collector.registry.use('kafkajs', { enabled: false })
    await send(producer)
    collector.stop()
    await send(producer)
    const contexts = await calls.promise
    assert.deepEqual(
      contexts.map(context => context !== undefined),
      [true, true, false, false],
    )
    assert.equal(collector.own().length, 3)
  },
)

kafkaTest(
  'objects of unexpected shape are left alone',
  async (t, kafka) => {
    const original = kafka.kafkajs.Kafka.prototype.producer
    t.after(() => {
      kafka.kafkajs.Kafka.prototype.producer = original
    })
    const odd: unknown[] = [undefined, null, 42, {}, Object.freeze({ send() {} }), { send: 1, sendBatch: {} }]
    kafka.kafkajs.Kafka.prototype.producer = function producer() {
      return odd[0]
    }
    collectKafka(t)
    while (odd.length > 0) {
      assert.equal(kafka.client().producer(), odd[0])
      odd.shift()
    }
  },
  NEWEST,
)

kafkaTest('finished spans are not held by producers, consumers and their connections', async (t, kafka) => {
  const collector = collectKafka(t)
  const spans: WeakRef<Span>[] = []
  const note = () => spans.push(new WeakRef(activeSpan() as Span))
  const producer = kafka.client().producer()
  await collector.inParent(async () => {
    note()
    await producer.connect()
  })
  t.after(() => producer.disconnect())
  const calls = collectCalls<unknown>(20)
  const consumer = kafka.client().consumer({ groupId: kafka.topic, maxWaitTimeInMs: 50 })
  t.after(() => consumer.disconnect())
  await collector.inParent(async () => {
    note()
    await consumer.connect()
    await consumer.subscribe({ topic: kafka.topic, fromBeginning: true })
    await consumer.run({
      eachMessage: async () => {
        note()
        calls.add(undefined)
      },
    })
  })
  for (let index = 0; index < 20; index++) {
    await collector.inParent(async () => {
      note()
      await producer.send({ topic: kafka.topic, messages: [{ key: 'k', value: 'v' }] })
    })
  }
  await calls.promise
  await collector.waitFor(40)
  for (let turn = 0; turn < 20; turn++) {
    await new Promise(resolve => setImmediate(resolve))
    collectGarbage()
  }
  assert.equal(spans.length, 42)
  // The last spans may not have been sent yet.
  const held = spans.slice(0, -2).flatMap((ref, index) => (ref.deref() === undefined ? [] : [index]))
  assert.deepEqual(held, [])
})
