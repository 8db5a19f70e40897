/** Spans of all methods of channels but publish, consume and get. */

import assert from 'node:assert/strict'
import { activeSpan } from '../../src/trace/context'
import { amqpTest, called, collectAmqp } from '../../test/support/amqp'

amqpTest('each method has a span with the names that it was given', async (t, amqp) => {
  const { name } = amqp
  const collector = collectAmqp(t)
  const channel = await amqp.confirmChannel()
  await channel.assertExchange(name, 'topic')
  await channel.checkExchange(name)
  await channel.assertQueue(name)
  await channel.bindQueue(name, name, 'eu.*')
  await channel.unbindQueue(name, name, 'eu.*')
  await channel.bindExchange(name, 'amq.topic', 'us.*')
  await channel.unbindExchange(name, 'amq.topic', 'us.*')
  await channel.prefetch(5)
  const { consumerTag } = await channel.consume(name, () => {})
  await channel.cancel(consumerTag)
  for (let index = 0; index < 4; index++) channel.sendToQueue(name, Buffer.from('a'))
  await channel.waitForConfirms()
  channel.nack(await channel.get(name), false, true)
  channel.reject(await channel.get(name), false)
  channel.ack(await channel.get(name))
  await channel.get(name)
  channel.nackAll(false)
  channel.ackAll()
  await channel.recover()
  await channel.purgeQueue(name)
  await channel.deleteQueue(name)
  await channel.deleteExchange(name)
  await channel.close()
  const spans = collector.own().filter(span => span.meta['span.kind'] === 'client')
  assert.deepEqual(
    spans.map(span => span.resource.replaceAll(name, 'NAME')),
    [
      'channel.open',
      'confirm.select',
      'exchange.declare NAME',
      'exchange.declare NAME',
      'queue.declare NAME',
      'queue.bind NAME eu.* NAME',
      'queue.unbind NAME eu.* NAME',
      'exchange.bind us.* amq.topic NAME',
      'exchange.unbind us.* amq.topic NAME',
      'basic.qos',
      'basic.consume NAME',
      'basic.cancel',
      'basic.nack',
      'basic.reject',
      'basic.ack',
      'basic.nack',
      'basic.ack',
      'basic.recover',
      'queue.purge NAME',
      'queue.delete NAME',
      'exchange.delete NAME',
      'channel.close',
    ],
  )
  for (const span of spans) {
    assert.equal(span.name, 'amqp.command')
    assert.equal(span.service, 'shop-amqp')
    assert.equal(span.type, '')
    assert.equal(span.error, 0)
    assert.equal(span.meta['out.host'], amqp.host)
    assert.equal(span.metrics['network.destination.port'], amqp.port)
  }
  const bound = spans.find(span => span.resource.startsWith('exchange.bind'))
  assert.equal(bound?.meta['amqp.source'], 'amq.topic')
  assert.equal(bound?.meta['amqp.destination'], name)
})

amqpTest('callbacks come in the context of who asked', async (t, amqp) => {
  const { name } = amqp
  const collector = collectAmqp(t)
  const contexts: boolean[] = []
  await collector.inParent(async span => {
    const step = <T>(fn: (done: (error: unknown, value?: T) => void) => void) =>
      called<T>(done =>
        fn((error, value) => {
          contexts.push(activeSpan() === span)
          done(error, value)
        }),
      )
    // biome-ignore lint/suspicious/noExplicitAny: amqplib's
    type Loose = any
    const { connect } = amqp.set.require('amqplib/callback_api') as Loose
    const model = await step<Loose>(done => connect(amqp.url, done))
    const channel = await step<Loose>(done => model.createConfirmChannel(done))
    await step(done => channel.assertQueue(name, {}, done))
    await step(done => channel.consume(name, () => {}, {}, done))
    await step(done => channel.prefetch(3, false, done))
    await step(done => channel.deleteQueue(name, {}, done))
    await step(done => channel.close(done))
    await step(done => model.close(done))
  })
  assert.deepEqual(contexts, Array(8).fill(true))
  const spans = await collector.waitFor(7)
  assert.equal(new Set(spans.map(span => span.parentId)).size, 1)
})

amqpTest('a channel that the server closes fails what waits for it', async (t, amqp) => {
  const { name } = amqp
  const plain = await amqp.channel()
  const before = await plain.checkQueue(name).catch((error: Error) => error)
  const collector = collectAmqp(t)
  const channel = await amqp.channel()
  const model = await amqp.callbackModel()
  const other = await called<typeof channel>(done => model.createChannel(done))
  other.on('error', () => {})
  collector.clear()
  const failures = [
    await channel.checkQueue(name).catch((error: Error) => error),
    await called(done => other.checkQueue(name, done)).catch((error: Error) => error),
  ]
  const spans = await collector.waitFor(2)
  for (const [index, failure] of failures.entries()) {
    assert.equal(failure.message, before.message)
    assert.equal(failure.code, 404)
    assert.equal(spans[index].error, 1)
    assert.equal(spans[index].meta['error.message'], before.message)
    assert.equal(spans[index].meta['error.type'], 'Error')
    assert.match(String(spans[index].meta['error.stack']), /NOT.FOUND/)
  }
})

amqpTest('what was asked of a connection that dies has its error', async (t, amqp) => {
  const collector = collectAmqp(t)
  const channel = await amqp.channel()
  collector.clear()
  const asked = [1, 2].map(() => channel.assertQueue('').catch((error: Error) => error))
  channel.connection.stream.destroy(new Error('gone'))
  const errors = await Promise.all(asked)
  const spans = await collector.waitFor(2)
  for (const [index, error] of errors.entries()) {
    assert.ok(error instanceof Error)
    assert.deepEqual([spans[index].resource, spans[index].error], ['queue.declare', 1])
    assert.equal(spans[index].meta['error.message'], error.message)
  }
})
