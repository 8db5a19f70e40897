/** Published messages: their spans, and the headers that they carry. */

import assert from 'node:assert/strict'
import { activeSpan } from '../../src/trace/context'
import { type AmqpTest, amqpTest, called, collectAmqp } from '../../test/support/amqp'
import type { PlainSpan } from '../../test/support/collect'

const CONTENT = Buffer.from('tea')
const published = (spans: readonly PlainSpan[]) =>
  spans.filter(span => span.resource.startsWith('basic.publish'))

/** Gets one message by a channel that is not traced. */
async function receive(amqp: AmqpTest, queue: string) {
  const channel = await amqp.channel()
  const message = await channel.get(queue, { noAck: true })
  await channel.deleteQueue(queue)
  return message
}

amqpTest('publish and sendToQueue have a span, and the message carries it', async (t, amqp) => {
  const { name } = amqp
  const collector = collectAmqp(t)
  const channel = await amqp.channel()
  await channel.assertQueue(name, { durable: false })
  collector.clear()
  const options = Object.freeze({ headers: Object.freeze({ of: 'Ann', traceparent: 'old' }), CC: 'nobody' })
  const parent = await collector.inParent(span => {
    assert.equal(channel.sendToQueue(name, CONTENT, options), true)
    assert.equal(channel.publish('amq.topic', 'eu.new', CONTENT), true)
    return span
  })
  const [span, topic] = await collector.waitFor(2)
  collector.stop()
  assert.equal(span.name, 'amqp.command')
  assert.equal(span.service, 'shop-amqp')
  assert.equal(span.resource, `basic.publish ${name}`)
  assert.equal(span.type, '')
  assert.equal(span.parentId, parent.toSpanId(true))
  const { meta, metrics } = span
  assert.equal(meta['span.kind'], 'producer')
  assert.equal(meta.component, 'amqplib')
  assert.equal(meta['_dd.integration'], 'amqplib')
  assert.equal(meta['_dd.svc_src'], 'amqp')
  assert.equal(metrics['_dd.measured'], 1)
  assert.equal(meta['amqp.routingKey'], name)
  assert.equal(meta['amqp.exchange'], undefined)
  assert.equal(meta['out.host'], amqp.host)
  assert.equal(metrics['network.destination.port'], amqp.port)
  assert.equal(topic.resource, 'basic.publish amq.topic eu.new')
  assert.equal(topic.meta['amqp.exchange'], 'amq.topic')

  const { content, properties } = await receive(amqp, name)
  assert.equal(String(content), 'tea')
  const { headers } = properties
  assert.equal(headers.of, 'Ann')
  assert.deepEqual(headers.CC, ['nobody'])
  assert.equal(headers.traceparent.split('-')[2], span.spanId)
  assert.equal(BigInt(headers['x-datadog-parent-id']), BigInt(`0x${span.spanId}`))
})

amqpTest('all properties of a message arrive as they were given', async (t, amqp) => {
  const { name } = amqp
  const collector = collectAmqp(t)
  const channel = await amqp.channel()
  await channel.assertQueue(name)
  const given = {
    contentType: 'text/plain',
    contentEncoding: 'utf8',
    priority: 3,
    correlationId: '1',
    replyTo: 'me',
    messageId: '2',
    timestamp: 1_700_000_000,
    type: 'order',
    appId: 'shop',
  }
  const headers = { number: 1.5, yes: true, none: null, bytes: Buffer.from('b'), table: { list: ['a', 2] } }
  channel.sendToQueue(name, CONTENT, { ...given, headers, persistent: true, expiration: 60_000 })
  await collector.waitFor(3)
  collector.stop()
  const { properties } = await receive(amqp, name)
  const { headers: arrived, ...rest } = properties
  assert.deepEqual(Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined)), {
    ...given,
    deliveryMode: 2,
    expiration: '60000',
  })
  for (const [key, value] of Object.entries(headers)) assert.deepEqual(arrived[key], value)
})

amqpTest('headers that leave no room for ours go without them', async (t, amqp) => {
  const { name } = amqp
  const collector = collectAmqp(t)
  const channel = await amqp.channel()
  const { frameMax } = channel.connection
  await channel.assertQueue(name)
  // By itself, this header still fits into a frame and into the library's buffer.
  const big = 'x'.repeat(Math.min(frameMax, 65_536) - 200)
  channel.sendToQueue(name, CONTENT, { headers: { big } })
  channel.sendToQueue(name, CONTENT, { headers: { small: 'x' } })
  await channel.checkQueue(name)
  await collector.waitFor(5)
  collector.stop()
  const reader = await amqp.channel()
  const first = await reader.get(name, { noAck: true })
  assert.deepEqual(Object.keys(first.properties.headers), ['big'])
  const second = await receive(amqp, name)
  assert.ok('traceparent' in second.properties.headers)
})

amqpTest('what the library refuses is the error of the span, and thrown as it is', async (t, amqp) => {
  const channel = await amqp.channel()
  const plain = thrownBy(() => channel.sendToQueue(amqp.name, 'text'))
  const collector = collectAmqp(t)
  const error = thrownBy(() => channel.sendToQueue(amqp.name, 'text'))
  assert.deepEqual([error.name, error.message], [plain.name, plain.message])
  const [span] = await collector.waitFor(1)
  assert.equal(span.error, 1)
  assert.equal(span.meta['error.type'], 'TypeError')
  assert.equal(span.meta['error.message'], error.message)
  assert.match(String(span.meta['error.stack']), /content is not a buffer/)
  await channel.close()
  collector.clear()
  const closed = thrownBy(() => channel.sendToQueue(amqp.name, CONTENT))
  assert.equal(closed.message, 'Channel closed')
  assert.deepEqual(collector.own(), [])
})

amqpTest('confirmations come in the context of who published', async (t, amqp) => {
  const { name } = amqp
  const collector = collectAmqp(t)
  const channel = await amqp.confirmChannel()
  const model = await amqp.callbackModel()
  const other = await called<typeof channel>(done => model.createConfirmChannel(done))
  await channel.assertQueue(name)
  for (const each of [channel, other]) {
    await collector.inParent(async span => {
      await Promise.all([
        called(done => {
          each.sendToQueue(name, CONTENT, {}, (error: unknown) => done(error ?? errorOfContext(span)))
        }),
        called(done => {
          each.publish('', 'nowhere', CONTENT, {}, (error: unknown) => done(error ?? errorOfContext(span)))
        }),
      ])
    })
  }
  await collector.inParent(async span => {
    channel.sendToQueue(name, CONTENT)
    await channel.waitForConfirms()
    assert.equal(activeSpan(), span)
    await called(done => {
      other.sendToQueue(name, CONTENT)
      other.waitForConfirms((error: unknown) => done(error ?? errorOfContext(span)))
    })
  })
  await channel.deleteQueue(name)
  assert.equal(published(collector.own()).length, 6)
})

amqpTest('a connection that dies: what was published is done, what comes after fails', async (t, amqp) => {
  const collector = collectAmqp(t)
  const channel = await amqp.confirmChannel()
  channel.connection.on('error', () => {})
  const closed = new Promise(resolve => channel.once('close', resolve))
  await collector.inParent(() => {
    channel.publish('', 'nowhere', CONTENT)
    channel.connection.stream.destroy(new Error('gone'))
  })
  const [span] = published(await collector.waitFor(3))
  assert.equal(span.error, 0)
  await closed
  collector.clear()
  await assert.rejects(async () => channel.assertQueue('any'), { message: 'Channel closed' })
  const [failed] = await collector.waitFor(1)
  assert.deepEqual([failed.resource, failed.error], ['queue.declare any', 1])
  assert.equal(failed.meta['error.message'], 'Channel closed')
})

amqpTest('many at once each have their own span and headers', async (t, amqp) => {
  const { name } = amqp
  const collector = collectAmqp(t)
  const channel = await amqp.confirmChannel()
  await channel.assertQueue(name)
  collector.clear()
  await Promise.all(
    Array.from({ length: 50 }, (_, index) =>
      collector.inParent(() =>
        called(done => channel.sendToQueue(name, Buffer.from(`${index}`), { headers: { index } }, done)),
      ),
    ),
  )
  const spans = await collector.waitFor(50)
  collector.stop()
  const reader = await amqp.channel()
  for (const span of spans) {
    const { properties, content } = await reader.get(name, { noAck: true })
    assert.equal(properties.headers.traceparent.split('-')[2], span.spanId)
    assert.equal(String(properties.headers.index), String(content))
  }
  assert.equal(new Set(spans.map(span => span.parentId)).size, 50)
  await reader.deleteQueue(name)
})

function errorOfContext(span: unknown): Error | undefined {
  return activeSpan() === span ? undefined : new Error(`another span is active`)
}

function thrownBy(fn: () => unknown): Error {
  try {
    fn()
  } catch (error) {
    return error as Error
  }
  throw new Error('nothing was thrown')
}
