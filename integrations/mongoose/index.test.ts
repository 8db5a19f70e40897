/** Everything that mongoose calls for an operation runs in the context of its caller. */

import assert from 'node:assert/strict'
import { activeSpan } from '../../src/kit/index'
import { type Loose, type MongoPlace, mongoTests } from '../../test/support/mongodb'
import mongodb from '../mongodb/index'
import mongoose from './index'

const HEARTBEATS = { use: { mongodb: { heartbeatEnabled: false } } }
let count = 0

/** A connection that is not open yet, and a model of it. */
function setUp({ library, url }: MongoPlace): { connection: Loose; User: Loose; contexts: unknown[] } {
  const contexts: unknown[] = []
  const schema = new library.Schema({ name: String }, { autoIndex: false, autoCreate: false })
  for (const hook of ['save', 'validate', 'find']) {
    schema.pre(hook, async () => {
      contexts.push(activeSpan())
    })
    schema.post(hook, () => {
      contexts.push(activeSpan())
    })
  }
  const connection = library.createConnection()
  const User = connection.model('User', schema)
  const open = connection.openUri.bind(connection)
  connection.open = () => open(url, { dbName: `mongoose_${process.pid}_${++count}`, maxPoolSize: 1 })
  return { connection, User, contexts }
}

mongoTests(
  (test, set) => {
    test('operations that wait for the connection belong to their callers', async place => {
      const collector = place.collect(HEARTBEATS)
      const { connection, User } = setUp(place)
      const asked = Array.from({ length: 4 }, (_, number) =>
        collector.inParent(async parent => {
          await User.findOne({ name: `${number}` })
          assert.equal(activeSpan(), parent)
          const rows = await User.find({ name: `${number}` })
          assert.equal(activeSpan(), parent)
          return rows
        }, `${number}`),
      )
      await collector.inParent(() => connection.open(), 'open')
      await Promise.all(asked)
      const parentOf = (span: Loose) =>
        collector.spans().find(each => each.spanId === span.parentId)?.resource
      const finds = collector.own().filter(span => span.resource.startsWith('find '))
      assert.equal(finds.length, 8)
      for (const span of finds) {
        const { name } = JSON.parse(span.meta['mongodb.query'])
        assert.equal(parentOf(span), name)
      }
      await connection.dropDatabase()
      await connection.close()
    })

    test('hooks, thenables, cursors and errors keep the context', async place => {
      const collector = place.collect(HEARTBEATS)
      const { connection, User, contexts } = setUp(place)
      await connection.open()
      await collector.inParent(async parent => {
        const user = await User.create({ name: 'Ann' })
        user.name = 'Bob'
        await user.save()
        await User.find({}).then((users: unknown[]) => {
          contexts.push(activeSpan())
          assert.equal(users.length, 1)
        })
        await User.find({}).exec()
        for await (const _ of User.find({}).cursor()) contexts.push(activeSpan())
        await User.find({})
          .cursor()
          .eachAsync(() => {
            contexts.push(activeSpan())
          })
        await assert.rejects(User.create({ _id: user._id, name: 'again' }), /duplicate key/)
        await assert.rejects(User.create({ _id: 'wrong' }), { name: 'ValidationError' })
        assert.ok(contexts.length > 10)
        for (const context of contexts) assert.equal(context, parent)
      })
      const parent = collector.spans().find(span => span.name === 'test.parent')
      for (const span of collector.own()) assert.equal(span.parentId, parent?.spanId)
      await connection.dropDatabase()
      await connection.close()
    })

    test('switched off and stopped it changes nothing', async place => {
      const { prototype } = set.require('mongoose/lib/collection.js') as { prototype: Loose }
      const { addQueue } = prototype
      const collector = place.collect(HEARTBEATS)
      assert.notEqual(prototype.addQueue, addQueue)
      assert.equal(prototype.addQueue.length, addQueue.length)
      collector.registry.use('mongoose', false)
      const { connection, User } = setUp(place)
      const asked = User.findOne({})
      const answer = asked.exec()
      await connection.open()
      assert.equal(await answer, null)
      await connection.close()
      collector.stop()
      assert.equal(prototype.addQueue, addQueue)
    })

    test('what waits for too long is given up as without us', async place => {
      place.collect(HEARTBEATS)
      const { connection, User } = setUp(place)
      const asked = User.collection.conn.config
      asked.bufferTimeoutMS = 20
      await assert.rejects(User.findOne({}).exec(), /buffering timed out after 20ms/)
      assert.deepEqual(User.collection.queue, [])
      await connection.open()
      await connection.close()
    })

    if (!set.label.includes(' 6.')) return

    test('callbacks run where they were given', async place => {
      const collector = place.collect(HEARTBEATS)
      const { connection, User } = setUp(place)
      const asked = collector.inParent(async parent => {
        const seen = (ask: (callback: () => void) => unknown) =>
          new Promise(resolve => ask(() => resolve(activeSpan()))).then(span => assert.equal(span, parent))
        await Promise.all([
          seen(callback => User.findOne({}, callback)),
          seen(callback => User.findOne({ name: 'x' }).exec(callback)),
          seen(callback => User.create({ name: 'a' }, callback)),
          seen(callback => new User({ name: 'b' }).save(callback)),
        ])
        await seen(callback => User.find({}).exec(callback))
      })
      await connection.open()
      await asked
      await connection.dropDatabase()
      await connection.close()
    })
  },
  'mongoose',
  [mongodb, mongoose],
)
