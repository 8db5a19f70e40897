/** Names and tags of the spans of commands. */

import assert from 'node:assert/strict'
import { type Loose, mongoTests } from '../../test/support/mongodb'

const HEARTBEATS = { use: { mongodb: { heartbeatEnabled: false } } }

mongoTests((test, set) => {
  test('a command makes a span with all its tags', async ({ collect, client, database, url }) => {
    const collector = collect(HEARTBEATS)
    const users = database(await client().connect()).collection('users')
    await collector.inParent(() => users.findOne({ name: 'Ann' }))
    const [span] = await collector.waitFor(1)
    const parent = collector.spans().find(each => each.name === 'test.parent')
    const { port } = new URL(url)
    assert.equal(span.name, 'mongodb.query')
    assert.equal(span.service, 'shop-mongodb')
    assert.equal(span.type, 'mongodb')
    assert.equal(span.resource, `find ${users.namespace}`)
    assert.equal(span.parentId, parent?.spanId)
    assert.equal(span.error, 0)
    const { meta, metrics } = span
    assert.equal(meta.component, 'mongodb')
    assert.equal(meta['span.kind'], 'client')
    assert.equal(meta['_dd.integration'], 'mongodb')
    assert.equal(meta['_dd.svc_src'], 'mongodb')
    assert.equal(meta['db.name'], users.namespace)
    assert.equal(meta['mongodb.query'], '{"name":"Ann"}')
    assert.equal(meta['out.host'], '127.0.0.1')
    assert.equal(meta['out.port'], port)
    assert.equal(metrics['network.destination.port'], Number(port))
    assert.equal(metrics['_dd.measured'], 1)
  })

  test('each kind of command tells what it looks for, not what it writes', async place => {
    const collector = place.collect(HEARTBEATS)
    const db = place.database(await place.client().connect())
    const users = db.collection('users')
    await users.insertOne({ secret: 'insert' })
    await users.insertMany([{ secret: 'one' }, { secret: 'two' }])
    await users.updateOne({ a: 1 }, { $set: { secret: 'update' } })
    await users.deleteMany({ b: { $gt: 2 } })
    await users.findOneAndUpdate({ c: 3 }, { $set: { secret: 'modify' } })
    await users.aggregate([{ $match: { d: 4 } }]).toArray()
    await users.distinct('e', { e: 5 })
    await users.find({}, { batchSize: 2 }).toArray()
    await users.bulkWrite(
      [
        { updateOne: { filter: { f: 6 }, update: { $set: { secret: 'bulk' } } } },
        { updateOne: { filter: { f: 7 }, update: { $set: { secret: 'bulk' } } } },
      ],
      { ordered: false },
    )
    await db.command({ ping: 1 })
    const found = collector
      .own()
      .map(({ resource, meta }) => [
        resource.replace(`${db.databaseName}.`, ''),
        meta['db.name'].replace(`${db.databaseName}.`, ''),
        meta['mongodb.query'],
      ])
    const expected = [
      ['insert users', 'users', undefined],
      ['bulkWrite users', 'users', undefined],
      ['insert users', 'users', undefined],
      ['update users', 'users', '{"a":1}'],
      ['delete users', 'users', '{"b":{"$gt":2}}'],
      ['findAndModify users', 'users', '{"c":3}'],
      ['aggregate users', 'users', '[{"$match":{"d":4}}]'],
      ['distinct users', 'users', '{"e":5}'],
      ['find users', 'users', '{}'],
      ['getMore users', 'users', undefined],
      ['bulkWrite users', 'users', undefined],
      ['update users', 'users', '[{"f":6},{"f":7}]'],
      ['ping $cmd', '$cmd', undefined],
    ]
    assert.deepEqual(found.sort(), expected.sort())
  })

  test('a bulk write is the parent of its commands', async ({ collect, client, database }) => {
    const collector = collect(HEARTBEATS)
    const users = database(await client().connect()).collection('users')
    const bulk = users.initializeOrderedBulkOp()
    bulk.insert({ _id: 1 })
    bulk.insert({ _id: 1 })
    bulk.find({ _id: 1 }).deleteOne()
    const thrown = await bulk.execute().catch((error: unknown) => error)
    assert.match(thrown.message, /duplicate key/)
    const [first, second] = (await collector.waitFor(2)).sort(a => (a.resource.startsWith('bulk') ? -1 : 1))
    assert.equal(first.resource, `bulkWrite ${users.namespace}`)
    assert.equal(first.meta['error.message'], thrown.message)
    assert.equal(second.resource, `insert ${users.namespace}`)
    assert.equal(second.parentId, first.spanId)
    assert.match(second.meta['error.message'], /duplicate key/)
    assert.equal(collector.own().length, 2)
  })

  test('a refused write and a refused command are errors', async ({ collect, client, database }) => {
    const collector = collect(HEARTBEATS)
    const db = database(await client().connect())
    await db.collection('users').insertOne({ _id: 1 })
    await assert.rejects(db.collection('users').insertOne({ _id: 1 }), /duplicate key/)
    const thrown = await db.command({ nonsense: 1 }).catch((error: unknown) => error)
    const [fine, duplicate, nonsense] = await collector.waitFor(3)
    assert.equal(fine.error, 0)
    assert.equal(duplicate.error, 1)
    assert.equal(duplicate.meta['error.type'], 'MongoServerError')
    assert.match(duplicate.meta['error.message'], /duplicate key/)
    assert.equal(nonsense.error, 1)
    assert.equal(nonsense.meta['error.type'], 'MongoServerError')
    assert.equal(nonsense.meta['error.message'], thrown.message)
    assert.ok(nonsense.meta['error.stack'].includes('MongoServerError'))
  })

  test('heartbeats are traces of their own, and can be left out', async ({ collect, client, database }) => {
    const collector = collect()
    await collector.inParent(() => client().connect())
    const beats = collector.own().filter(span => /^(hello|ismaster) admin\.\$cmd$/i.test(span.resource))
    assert.ok(beats.length > 0)
    for (const span of beats) assert.equal(span.parentId, '0000000000000000')
    collector.registry.use('mongodb', { heartbeatEnabled: false })
    collector.clear()
    await collector.inParent(async () => database(await client().connect()).command({ ping: 1 }))
    assert.deepEqual(
      collector.own().map(span => span.resource.split(' ')[0]),
      set.versions.mongodb === '4.0.0' || set.versions.mongodb.startsWith('4.')
        ? collector.own().map(() => 'ping')
        : ['ping'],
    )
  })

  test('options change values, resources and services', async ({ collect, client, database }) => {
    const collector = collect({
      ...HEARTBEATS,
      config: { spanAttributeSchema: 'v1' },
      use: {
        mongodb: {
          heartbeatEnabled: false,
          obfuscateQuery: 'types',
          queryInResourceName: true,
          service: 'mine',
        },
      },
    })
    const db = database(await client().connect())
    const users = db.collection('users')
    await users.findOne({ name: 'Ann', age: { $gt: 3 } })
    collector.registry.use('mongodb', { heartbeatEnabled: false, obfuscateQuery: 'redact' })
    await users.findOne({ name: 'Ann', ages: [1, 2] })
    const [types, redacted] = await collector.waitFor(2)
    assert.equal(types.meta['mongodb.query'], '{"name":"string","age":{"$gt":"number"}}')
    assert.equal(types.resource, `find ${users.namespace} ${types.meta['mongodb.query']}`)
    assert.equal(types.service, 'mine')
    assert.equal(types.meta['peer.service'], db.databaseName)
    assert.equal(types.meta['_dd.peer.service.source'], 'db.name')
    assert.equal(redacted.meta['mongodb.query'], '{"name":"?","ages":["?","?"]}')
    assert.equal(redacted.resource, `find ${users.namespace}`)
    assert.equal(redacted.service, 'shop')
  })

  test('comments name the service in the mode, and leave those of the application', async place => {
    const collector = place.collect({
      use: { mongodb: { heartbeatEnabled: false, dbmPropagationMode: 'full' } },
    })
    const client = place.client({ monitorCommands: true })
    const db = place.database(await client.connect())
    const users = db.collection('users')
    const sent: Loose[] = []
    client.on('commandStarted', ({ command }: Loose) => sent.push(command))
    const own = Object.freeze({ find: 'users', filter: Object.freeze({ a: 1 }) })
    await db.command(own)
    await users.find({ b: 2 }, { comment: 'mine' }).toArray()
    await db.command({ ping: 1 })
    assert.deepEqual(Object.keys(own), ['find', 'filter'])
    const [first] = await collector.waitFor(3)
    const [comment, ...others] = sent.map(command => command.comment)
    const service = `dddb='${db.databaseName}.users',dddbs='shop-mongodb',dde='',ddh='127.0.0.1',ddps='shop',`
    assert.ok(comment.startsWith(service), comment)
    assert.ok(comment.endsWith(`,traceparent='00-${first.traceId}-${first.spanId}-01'`), comment)
    assert.deepEqual(others, ['mine', undefined])
    assert.equal(first.meta['_dd.dbm_trace_injected'], 'true')
  })

  test('switched off it is silent, and stopped it is gone', async ({ collect, client, database }) => {
    const files = [
      'cmap/connection',
      'cmap/connect',
      'cmap/connection_pool',
      'sdam/topology',
      'sdam/monitor',
      'bulk/common',
    ]
    const functions = () =>
      files.flatMap(file => {
        const exports = set.require(`mongodb/lib/${file}.js`) as Loose
        return [
          exports.connect,
          exports.Connection,
          exports.ConnectionPool,
          exports.Topology,
          exports.Monitor,
          exports.BulkOperationBase,
        ]
          .flatMap(each => [
            each,
            each?.prototype?.command,
            each?.prototype?.checkOut,
            each?.prototype?.selectServer,
            each?.prototype?.connect,
            each?.prototype?.execute,
          ])
          .filter(each => typeof each === 'function')
      })
    const before = functions()
    const collector = collect()
    const during = functions()
    assert.equal(during.filter((each, at) => each !== before[at]).length, 6)
    assert.deepEqual(
      during.map(({ name, length }) => [name, length]),
      before.map(({ name, length }) => [name, length]),
    )
    collector.registry.use('mongodb', false)
    const users = database(await client().connect()).collection('users')
    await users.insertMany([{}, {}])
    await users.findOne({})
    assert.equal(collector.own().length, 0)
    collector.stop()
    for (const [at, each] of functions().entries()) assert.equal(each, before[at])
  })
})
