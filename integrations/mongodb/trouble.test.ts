/** Servers that do not exist, disconnect, or do not answer. */

import assert from 'node:assert/strict'
import { activeSpan } from '../../src/kit/index'
import { mongoTests } from '../../test/support/mongodb'

const HEARTBEATS = { use: { mongodb: { heartbeatEnabled: false } } }
const ONCE = { retryReads: false, retryWrites: false, serverSelectionTimeoutMS: 5000 }

mongoTests(test => {
  test('a server that is not there makes no span, and its error is untouched', async place => {
    const { url, close } = await place.proxy()
    await close()
    const collector = place.collect(HEARTBEATS)
    const client = place.client({ serverSelectionTimeoutMS: 100 }, url)
    await collector.inParent(async parent => {
      await assert.rejects(
        (async () => {
          await client.connect()
          await client.db('test').command({ ping: 1 })
        })(),
        { name: 'MongoServerSelectionError' },
      )
      assert.equal(activeSpan(), parent)
    })
    assert.deepEqual(collector.own(), [])
  })

  test('a server that dies during a command ends its span with the error', async place => {
    const proxy = await place.proxy()
    const collector = place.collect(HEARTBEATS)
    const client = place.client(ONCE, proxy.url)
    await client.connect()
    const users = client.db('test').collection('users')
    await users.findOne({})
    collector.clear()
    proxy.failAt('find')
    const thrown = await collector.inParent(async parent => {
      const error = await users.findOne({ a: 1 }).catch((reason: unknown) => reason)
      assert.equal(activeSpan(), parent)
      return error
    })
    assert.ok(thrown instanceof Error)
    const [span] = collector.own()
    assert.equal(span.error, 1)
    assert.equal(span.meta['error.type'], thrown.name)
    assert.equal(span.meta['error.message'], thrown.message)
  })

  test('a command without an answer ends with the timeout', async place => {
    const proxy = await place.proxy()
    const collector = place.collect(HEARTBEATS)
    const client = place.client({ ...ONCE, socketTimeoutMS: 100 }, proxy.url)
    await client.connect()
    const users = client.db('test').collection('users')
    await users.findOne({})
    collector.clear()
    proxy.failAt('find', true)
    const thrown = await users.findOne({ a: 1 }).catch((reason: unknown) => reason)
    const [span] = await collector.waitFor(1)
    assert.equal(span.meta['error.type'], thrown.name)
    assert.match(span.meta['error.message'], /timed out/)
  })

  test('nonsense is refused as without the tracer', async ({ collect, client, database }) => {
    const db = database(await client().connect())
    const users = db.collection('users')
    const cyclic: Record<string, unknown> = {}
    cyclic.self = cyclic
    const nonsense = () =>
      Promise.all(
        [
          () => db.command({}),
          () => db.command('ping'),
          () => users.findOne(cyclic),
          () => users.bulkWrite([]),
          () => users.bulkWrite([{ nonsense: 1 }]),
          () => users.insertMany([]),
          () => users.updateOne({}, {}),
          () => users.find({ $nonsense: 1 }).toArray(),
        ].map(async ask => {
          try {
            return ['resolved', JSON.stringify(await ask())]
          } catch (error) {
            const { name, message } = error as Error
            return [name, message]
          }
        }),
      )
    const plain = await nonsense()
    const collector = collect(HEARTBEATS)
    assert.deepEqual(await nonsense(), plain)
    for (const span of collector.own()) assert.ok(span.resource !== '')
  })
})
