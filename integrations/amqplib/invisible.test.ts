/** The application sees nothing of the integration; and what its options change. */

import assert from 'node:assert/strict'
import { join } from 'node:path'
import { amqpTest, called, collectAmqp } from '../../test/support/amqp'
import { deadPort } from '../../test/support/dying-server'
import { collectCalls } from '../../test/support/kafka'

// biome-ignore lint/suspicious/noExplicitAny: amqplib's
type Loose = any
const CONTENT = Buffer.from('tea')

amqpTest('every function keeps its name and length, and is back when the tracer stops', async (t, amqp) => {
  const collector = collectAmqp(t)
  const file = (name: string) =>
    amqp.set.require(join(amqp.set.folder, 'node_modules', 'amqplib', 'lib', name)) as Loose
  amqp.set.require('amqplib')
  amqp.set.require('amqplib/callback_api')
  const patched: [owner: Loose, name: string][] = [
    ...['_rpc', 'sendImmediately', 'sendMessage', 'pushConfirmCallback', 'closeBecause'].map(
      name => [file('channel.js').Channel.prototype, name] as [Loose, string],
    ),
    [file('channel.js').BaseChannel.prototype, 'dispatchMessage'],
    [file('channel_model.js').Channel.prototype, 'get'],
    [file('callback_model.js').Channel.prototype, 'get'],
    [file('callback_model.js').ConfirmChannel.prototype, 'waitForConfirms'],
    [file('connect.js'), 'connect'],
    [file('connection.js').Connection.prototype, 'closeBecause'],
  ]
  const originals = patched.map(([owner, name]) => {
    const { __original: original } = owner[name]
    assert.equal(owner[name].__datadog_patch, true, name)
    assert.deepEqual([owner[name].name, owner[name].length], [original.name, original.length])
    return original
  })
  collector.stop()
  for (const [index, [owner, name]] of patched.entries()) assert.equal(owner[name], originals[index])
})

amqpTest('promises and return values are of the same kind', async (t, amqp) => {
  const { name } = amqp
  const plain = await amqp.channel()
  const kinds = async (channel: Loose, model: Loose) => {
    const other = await called<Loose>(done => model.createChannel(done))
    const declared = channel.assertQueue(name)
    const answers = [
      declared.constructor,
      Object.keys(await declared),
      channel.get(name).constructor,
      channel.sendToQueue(name, CONTENT),
      channel.ackAll(),
      channel.nackAll(),
      other.assertQueue(name, {}, () => {}) === other,
      other.ackAll() === other,
      other.get(name, {}, () => {}) === other,
    ]
    await channel.purgeQueue(name)
    return answers
  }
  const expected = await kinds(plain, await amqp.callbackModel())
  const collector = collectAmqp(t)
  assert.deepEqual(await kinds(await amqp.channel(), await amqp.callbackModel()), expected)
  assert.ok(collector.own().length > 8)
  await plain.deleteQueue(name)
})

amqpTest('a handler gets one argument and no this', async (t, amqp) => {
  const { name } = amqp
  collectAmqp(t)
  const channel = await amqp.channel()
  await channel.assertQueue(name)
  const calls = collectCalls<unknown[]>(1)
  const handler = function (this: unknown, ...args: unknown[]) {
    calls.add([this, args.length])
  }
  await channel.consume(name, handler, { noAck: true })
  channel.sendToQueue(name, CONTENT)
  assert.deepEqual(await calls.promise, [[undefined, 1]])
  await channel.deleteQueue(name)
})

amqpTest('switched off it makes no spans and adds no headers, and on again it does', async (t, amqp) => {
  const { name } = amqp
  const collector = collectAmqp(t)
  const channel = await amqp.channel()
  await channel.assertQueue(name)
  const calls = collectCalls<Loose>(2)
  await channel.consume(name, (message: Loose) => calls.add(message.properties.headers), { noAck: true })
  collector.clear()
  collector.registry.use('amqplib', false)
  channel.sendToQueue(name, CONTENT)
  await channel.checkQueue(name)
  assert.equal(await channel.get(name), false)
  assert.deepEqual(collector.own(), [])
  collector.registry.use('amqplib', true)
  channel.sendToQueue(name, CONTENT)
  const [off, on] = await calls.promise
  assert.deepEqual(Object.keys(off), [])
  assert.ok('traceparent' in on)
  await collector.waitFor(2)
  await channel.deleteQueue(name)
})

amqpTest('the option service, schema v1 and peer service', async (t, amqp) => {
  const { name } = amqp
  const collector = collectAmqp(t, {
    config: { spanAttributeSchema: 'v1' },
    use: { amqplib: { service: 'queue' } },
  })
  const channel = await amqp.channel()
  await channel.assertQueue(name)
  const calls = collectCalls<unknown>(1)
  await channel.consume(name, (message: unknown) => calls.add(message), { noAck: true })
  collector.clear()
  channel.sendToQueue(name, CONTENT)
  await calls.promise
  await channel.checkQueue(name)
  const spans = await collector.waitFor(3)
  assert.deepEqual(
    spans.map(span => [span.name, span.service, span.meta['_dd.svc_src'], span.meta['peer.service']]),
    [
      ['amqp.send', 'queue', 'opt.plugin', amqp.host],
      ['amqp.process', 'queue', 'opt.plugin', undefined],
      ['amqp.command', 'queue', 'opt.plugin', amqp.host],
    ],
  )
  await channel.deleteQueue(name)
})

amqpTest('a server that refuses: the same error, no span', async (t, amqp) => {
  const { connect } = amqp.set.require('amqplib') as Loose
  const wrong = amqp.url.replace(/:[^:@]+@/, ':wrong@')
  const attempt = (url: string) =>
    connect(url).then(
      () => assert.fail('connected'),
      ({ name, message, code }: Loose) => ({ name, message, code }),
    )
  const dead = `amqp://guest:guest@127.0.0.1:${await deadPort()}`
  const plain = [await attempt(wrong), await attempt(dead)]
  const collector = collectAmqp(t)
  assert.deepEqual([await attempt(wrong), await attempt(dead)], plain)
  assert.deepEqual(collector.own(), [])
})
