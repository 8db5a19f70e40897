/** Received messages: delivered to handlers, and as answers to `get`. */

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { activeSpan } from '../../src/trace/context'
import { amqpTest, called, collectAmqp } from '../../test/support/amqp'
import type { PlainSpan } from '../../test/support/collect'
import { collectCalls } from '../../test/support/kafka'

interface Message {
  content: Buffer
  fields: { consumerTag: string; deliveryTag: number }
  properties: { headers: Record<string, unknown> }
}

const NO_PARENT = '0000000000000000'
const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736'
const CONTENT = Buffer.from('tea')
const received = (spans: readonly PlainSpan[]) => spans.filter(span => span.type === 'worker')

amqpTest('a handler runs in a span that goes on the trace of who published', async (t, amqp) => {
  const { name } = amqp
  const collector = collectAmqp(t)
  const channel = await amqp.channel()
  await channel.assertQueue(name)
  await channel.bindQueue(name, 'amq.topic', `${name}.*`)
  collector.clear()
  const calls = collectCalls<string | undefined>(2)
  const handler = async (message: Message) => {
    await new Promise(resolve => setImmediate(resolve))
    channel.ack(message)
    calls.add(activeSpan()?.toSpanId(true))
  }
  const { consumerTag } = await channel.consume(name, handler, { consumerTag: 'waiter' })
  channel.sendToQueue(name, CONTENT)
  await collector.inParent(() => channel.publish('amq.topic', `${name}.new`, CONTENT))
  const handled = await calls.promise
  const spans = await collector.waitFor(7)
  const delivered = received(spans)
  for (const [index, exchange] of ['', 'amq.topic'].entries()) {
    const span = delivered[index]
    const sent = spans.filter(each => each.resource.startsWith('basic.publish'))[index]
    assert.equal(span.spanId, handled[index])
    assert.equal(span.traceId, sent.traceId)
    assert.equal(span.parentId, sent.spanId)
    assert.equal(span.name, 'amqp.command')
    assert.equal(span.service, 'shop-amqp')
    assert.equal(span.resource, exchange ? `basic.deliver amq.topic ${name}.new` : `basic.deliver ${name}`)
    const { meta } = span
    assert.equal(meta['span.kind'], 'consumer')
    assert.equal(meta.component, 'amqplib')
    assert.equal(meta['_dd.svc_src'], 'amqp')
    assert.equal(meta['amqp.queue'], name)
    assert.equal(meta['amqp.exchange'], exchange || undefined)
    assert.equal(meta['amqp.consumerTag'], consumerTag)
    assert.equal(meta['out.host'], undefined)
    assert.equal(span.metrics['_dd.measured'], 1)
    const ack = spans.filter(each => each.resource === 'basic.ack')[index]
    assert.equal(ack.parentId, span.spanId)
    assert.equal(ack.meta['span.kind'], 'client')
  }
  await channel.cancel(consumerTag)
  await channel.deleteQueue(name)
})

amqpTest('the span ends when the handler returns, or its promise is settled', async (t, amqp) => {
  const { name } = amqp
  const collector = collectAmqp(t)
  const channel = await amqp.channel()
  await channel.assertQueue(name)
  let settle: () => void = () => {}
  const called = collectCalls<number>(2)
  let count = 0
  await channel.consume(
    name,
    () => {
      called.add(++count)
      // A handler that returns no promise has finished.
      if (count === 1) return { on() {}, pipe() {} }
      return new Promise<void>(resolve => {
        settle = resolve
      })
    },
    { noAck: true },
  )
  collector.clear()
  channel.sendToQueue(name, CONTENT)
  channel.sendToQueue(name, CONTENT)
  await called.promise
  await collector.waitFor(3)
  assert.equal(received(collector.own()).length, 1)
  settle()
  assert.equal(received(await collector.waitFor(4)).length, 2)
  await channel.deleteQueue(name)
})

amqpTest(
  'a handler that throws closes the channel as ever, and has the error on its span',
  async (t, amqp) => {
    const { name } = amqp
    const collector = collectAmqp(t)
    const channel = await amqp.channel()
    await channel.assertQueue(name, { autoDelete: true })
    const mine = Object.assign(new Error('mine'), { name: 'Mine' })
    collector.clear()
    const failed = once(channel, 'error')
    const uncaught = new Promise<unknown>(resolve => {
      process.removeAllListeners('uncaughtException')
      process.once('uncaughtException', resolve)
      failed.then(([error]) => resolve(error))
    })
    await channel.consume(name, () => {
      throw mine
    })
    channel.sendToQueue(name, CONTENT)
    assert.equal(await uncaught, mine)
    const [span] = received(await collector.waitFor(3))
    assert.deepEqual([span.error, span.meta['error.type'], span.meta['error.message']], [1, 'Mine', 'mine'])
  },
)

amqpTest('malformed headers, foreign ones, and none', async (t, amqp) => {
  const { name } = amqp
  const plain = await amqp.channel()
  await plain.assertQueue(name)
  const traceparent = `00-${TRACE}-00f067aa0ba902b7-01`
  const all = [
    undefined,
    { traceparent: 'x'.repeat(1000), 'x-datadog-trace-id': 'abc' },
    { traceparent: 7, tracestate: true, baggage: null, 'x-datadog-trace-id': { a: 1 } },
    { traceparent: [traceparent, traceparent] },
    { traceparent, tracestate: 'dd=s:2;o:rum' },
    { traceparent: Buffer.from(traceparent) },
    { 'x-datadog-trace-id': '123', 'x-datadog-parent-id': '456', 'x-datadog-sampling-priority': '2' },
  ]
  for (const headers of all) plain.sendToQueue(name, CONTENT, { headers })
  await plain.checkQueue(name)
  const collector = collectAmqp(t)
  const channel = await amqp.channel()
  const calls = collectCalls<unknown>(all.length)
  await channel.consume(name, ({ properties }: Message) => calls.add(properties.headers), { noAck: true })
  const headers = await calls.promise
  assert.deepEqual(headers[2], all[2])
  const spans = received(await collector.waitFor(all.length + 2))
  assert.deepEqual(spans.map(span => (span.parentId === NO_PARENT ? 'own' : span.traceId)).slice(0, 3), [
    'own',
    'own',
    'own',
  ])
  assert.deepEqual([spans[4].traceId, spans[4].parentId], [TRACE, '00f067aa0ba902b7'])
  assert.equal(spans[4].meta['_dd.origin'], 'rum')
  assert.equal(spans[5].parentId, '00f067aa0ba902b7')
  assert.equal(BigInt(`0x${spans[6].parentId}`), 456n)
  for (const span of spans) assert.equal(span.error, 0)
  await channel.deleteQueue(name)
})

amqpTest('a consumer that the server cancels is told so without a span', async (t, amqp) => {
  const { name } = amqp
  const collector = collectAmqp(t)
  const channel = await amqp.channel()
  await channel.assertQueue(name)
  const calls = collectCalls<unknown>(1)
  await channel.consume(name, (message: unknown) => calls.add(message))
  await channel.deleteQueue(name)
  assert.deepEqual(await calls.promise, [null])
  assert.deepEqual(received(collector.own()), [])
})

amqpTest('handlers do not belong to where their connection or consumer began', async (t, amqp) => {
  const { name } = amqp
  const plain = await amqp.channel()
  await plain.assertQueue(name)
  const collector = collectAmqp(t)
  const calls = collectCalls<boolean>(1)
  const channel = await collector.inParent(async () => {
    const opened = await amqp.channel()
    await opened.consume(name, () => calls.add(activeSpan() !== undefined), { noAck: true })
    return opened
  })
  const drained = new Promise(resolve => channel.once('return', () => resolve(activeSpan())))
  collector.registry.use('amqplib', false)
  plain.sendToQueue(name, CONTENT)
  assert.deepEqual(await calls.promise, [false])
  channel.publish('', `${name}-nowhere`, CONTENT, { mandatory: true })
  assert.equal(await drained, undefined)
  await plain.deleteQueue(name)
})

amqpTest('get: its span is the child of who published, or of who asked', async (t, amqp) => {
  const { name } = amqp
  const collector = collectAmqp(t)
  const channel = await amqp.channel()
  const model = await amqp.callbackModel()
  const other = await called<typeof channel>(done => model.createChannel(done))
  await channel.assertQueue(name)
  const gets = [
    () => channel.get(name, { noAck: true }),
    () => called(done => other.get(name, { noAck: true }, done)),
  ]
  for (const get of gets) {
    collector.clear()
    channel.sendToQueue(name, CONTENT)
    const [sent] = await collector.waitFor(1)
    // Once the server answers on the same channel, the message is in the queue for other connections too.
    await channel.prefetch(1)
    const parentId = await collector.inParent(async span => {
      const message = (await get()) as Message
      assert.equal(String(message.content), 'tea')
      assert.equal(activeSpan(), span)
      assert.equal(await get(), false)
      assert.equal(activeSpan(), span)
      return span.toSpanId(true)
    })
    const [full, empty] = received(await collector.waitFor(3))
    assert.deepEqual([full.traceId, full.parentId], [sent.traceId, sent.spanId])
    assert.equal(empty.parentId, parentId)
    for (const span of [full, empty]) {
      assert.equal(span.resource, `basic.get ${name}`)
      assert.equal(span.meta['amqp.queue'], name)
      assert.equal(span.meta['span.kind'], 'consumer')
    }
    assert.equal(full.meta['amqp.routingKey'], name)
  }
  await collector.inParent(async span => {
    await called(done =>
      other.get(name, {}, () => done(activeSpan() === span ? null : new Error('not in context'))),
    )
  })
  await channel.deleteQueue(name)
  collector.clear()
  await assert.rejects(channel.get(name))
  const [failed] = received(await collector.waitFor(1))
  assert.equal(failed.error, 1)
})
