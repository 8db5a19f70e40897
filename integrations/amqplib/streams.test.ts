/** Messages of RabbitMQ as checkpoints of data streams. */

import assert from 'node:assert/strict'
import { encodePathway } from '../../src/export/data-streams/context'
import { amqpTest, called, collectAmqp } from '../../test/support/amqp'
import { collectCalls } from '../../test/support/kafka'
import { recordStreams } from '../../test/support/streams'

const HEADER = 'dd-pathway-ctx-base64'

interface Message {
  content: Buffer
  properties: { headers: Record<string, unknown> }
}

amqpTest('a message that is passed on is one way through both queues', async (t, amqp) => {
  const { name } = amqp
  const next = `${name}-next`
  const { streams, checkpoints } = recordStreams(t)
  const collector = collectAmqp(t, { dataStreams: streams })
  const channel = await amqp.channel()
  await channel.assertQueue(name)
  await channel.assertQueue(next)
  await channel.bindQueue(next, 'amq.topic', next)
  const calls = collectCalls<unknown>(1)
  await channel.consume(name, () => channel.publish('amq.topic', next, Buffer.from('two')), { noAck: true })
  await channel.consume(next, (message: Message) => calls.add(message.properties.headers[HEADER]), {
    noAck: true,
  })
  collector.clear()
  channel.sendToQueue(name, Buffer.from('one'), { headers: { a: 'bc' } })
  const [header] = await calls.promise
  const spans = await collector.waitFor(4)
  const [sent, received, passed, last] = checkpoints
  assert.deepEqual(sent.tags, ['direction:out', 'has_routing_key:true', `topic:${name}`, 'type:rabbitmq'])
  assert.deepEqual(received.tags, ['direction:in', `topic:${name}`, 'type:rabbitmq'])
  assert.deepEqual(passed.tags, [
    'direction:out',
    'exchange:amq.topic',
    'has_routing_key:true',
    'type:rabbitmq',
  ])
  assert.deepEqual(last.tags, ['direction:in', `topic:${next}`, 'type:rabbitmq'])
  assert.equal(sent.parent, undefined)
  assert.deepEqual(received.parent?.hash, sent.pathway.hash)
  assert.equal(passed.parent, received.pathway)
  assert.deepEqual(last.parent?.hash, passed.pathway.hash)
  assert.equal(header, encodePathway(passed.pathway))
  assert.ok(sent.payloadBytes > 'oneabc'.length)
  for (const span of spans) assert.match(String(span.meta['pathway.hash']), /^\d+$/)
  await channel.deleteQueue(name)
  await channel.deleteQueue(next)
})

amqpTest('what is got counts as received, and a key may be missing', async (t, amqp) => {
  const { name } = amqp
  const { streams, checkpoints } = recordStreams(t)
  collectAmqp(t, { dataStreams: streams })
  const model = await amqp.callbackModel()
  // biome-ignore lint/suspicious/noExplicitAny: amqplib's
  const channel = (await called<any>(done => model.createConfirmChannel(done))) as any
  await called(done => channel.assertQueue(name, {}, done))
  await called(done => channel.bindQueue(name, 'amq.fanout', '', {}, done))
  await called(done => channel.publish('amq.fanout', '', Buffer.from('one'), {}, done))
  await called(done => channel.get(name, { noAck: true }, done))
  await called(done => channel.get(name, { noAck: true }, done))
  assert.deepEqual(
    checkpoints.map(each => each.tags),
    [
      ['direction:out', 'exchange:amq.fanout', 'has_routing_key:false', 'type:rabbitmq'],
      ['direction:in', `topic:${name}`, 'type:rabbitmq'],
    ],
  )
  assert.deepEqual(checkpoints[1].parent?.hash, checkpoints[0].pathway.hash)
  await called(done => channel.deleteQueue(name, {}, done))
})
