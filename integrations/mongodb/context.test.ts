/** Callbacks and promises of a command keep the context of its sender, whatever connection it takes. */

import assert from 'node:assert/strict'
import { activeSpan, getBaggage, runInSpan, runWithBaggage } from '../../src/kit/index'
import { type Loose, mongoTests } from '../../test/support/mongodb'

const HEARTBEATS = { use: { mongodb: { heartbeatEnabled: false } } }
const NO_PARENT = '0000000000000000'

mongoTests((test, set) => {
  test('those who share one connection keep their own parents', async ({ collect, client, database }) => {
    const collector = collect(HEARTBEATS)
    const mongo = client({ maxPoolSize: 1 })
    // Where the driver connects by itself, all of them wait for the first one.
    if (set.versions.mongodb === '4.0.0') await mongo.connect()
    const users = database(mongo).collection('users')
    await Promise.all(
      Array.from({ length: 6 }, (_, number) =>
        collector.inParent(async parent => {
          for (let turn = 0; turn < 3; turn++) {
            await users.findOne({ number, turn })
            assert.equal(activeSpan(), parent)
          }
        }, `${number}`),
      ),
    )
    const finds = collector.own().filter(span => span.resource.startsWith('find '))
    assert.equal(finds.length, 18)
    for (const { parentId, meta } of finds) {
      const parent = collector.spans().find(span => span.spanId === parentId)
      assert.equal(parent?.resource, `${JSON.parse(meta['mongodb.query']).number}`)
    }
  })

  test('iterators, streams and getMore keep the context', async ({ collect, client, database }) => {
    const collector = collect(HEARTBEATS)
    const users = database(await client().connect()).collection('users')
    await users.insertMany(Array.from({ length: 9 }, (_, a) => ({ a })))
    collector.clear()
    const seen = new Set<unknown>()
    let inParent: unknown
    await collector.inParent(async parent => {
      inParent = parent
      for await (const _ of users.find({}, { batchSize: 4 })) seen.add(activeSpan())
      for await (const _ of users.find({}, { batchSize: 4 }).stream()) seen.add(activeSpan())
      await new Promise<void>((resolve, reject) => {
        users
          .find({}, { batchSize: 4 })
          .stream()
          .on('data', () => seen.add(activeSpan()))
          .on('error', reject)
          .on('end', () => {
            seen.add(activeSpan())
            resolve()
          })
      })
      await users.find({}, { batchSize: 4 }).forEach(() => {
        seen.add(activeSpan())
      })
    })
    assert.deepEqual([...seen], [inParent])
    const [parent] = collector.spans().filter(span => span.name === 'test.parent')
    assert.equal(collector.own().filter(span => span.resource.startsWith('getMore')).length, 8)
    for (const span of collector.own()) assert.equal(span.parentId, parent.spanId)
  })

  test('a change stream tells in the context that it was opened in', async ({
    collect,
    client,
    database,
  }) => {
    const collector = collect(HEARTBEATS)
    const users = database(await client().connect()).collection('users')
    await users.insertOne({ a: 1 })
    const seen: unknown[] = []
    let stream: Loose
    const opened = await collector.inParent(parent => {
      stream = users.watch([], { maxAwaitTimeMS: 50 })
      stream.on('change', () => seen.push(activeSpan()))
      return parent
    })
    // When the server has begun to watch is not told: each change until then may be missed.
    const deadline = Date.now() + 30_000
    while (seen.length === 0 && Date.now() < deadline) await users.insertOne({ b: 2 })
    await stream.close()
    assert.equal(seen[0], opened)
  })

  test('baggage is that of the caller', async ({ collect, client, database }) => {
    collect(HEARTBEATS)
    const users = database(await client({ maxPoolSize: 1 }).connect()).collection('users')
    await Promise.all(
      ['a', 'b', 'c'].map(async value => {
        const baggage = Object.freeze({ value })
        await runWithBaggage(
          baggage as never,
          async () => {
            await users.findOne({ value })
            assert.equal(getBaggage(), baggage)
          },
          undefined,
          [],
        )
      }),
    )
  })

  test('what a client does for all of them belongs to nobody', async ({ collect, client }) => {
    const collector = collect()
    const contexts: unknown[] = []
    const mongo = client({ heartbeatFrequencyMS: 500, minHeartbeatFrequencyMS: 50 })
    const beat = new Promise<void>(resolve => {
      let count = 0
      mongo.on('serverHeartbeatSucceeded', () => {
        contexts.push(activeSpan())
        if (++count === 2) resolve()
      })
    })
    await collector.inParent(() => mongo.connect())
    await beat
    assert.deepEqual(contexts, [undefined, undefined])
    for (const span of collector.own().filter(each => /hello|ismaster/i.test(each.resource)))
      assert.equal(span.parentId, NO_PARENT)
  })

  if (!set.label.includes(' 4.')) return

  test('callbacks run where their function was called', async ({ collect, client, database }) => {
    const collector = collect(HEARTBEATS)
    const mongo = client({ maxPoolSize: 1 })
    await mongo.connect()
    const users = database(mongo).collection('users')
    await collector.inParent(async parent => {
      const seen: Record<string, unknown> = {}
      const see = (name: string, fn: (callback: (error: unknown) => void) => unknown) =>
        new Promise<void>(resolve => {
          const returned = fn(() => {
            seen[name] = activeSpan()
            resolve()
          })
          assert.ok(returned === undefined || name === 'connect', name)
        })
      await Promise.all([
        see('insertOne', callback => users.insertOne({ _id: 1 }, callback)),
        see('duplicate', callback => users.insertOne({ _id: 1 }, callback)),
        see('findOne', callback => users.findOne({}, callback)),
        see('find', callback => users.find({}).toArray(callback)),
        see('aggregate', callback => users.aggregate([]).toArray(callback)),
        see('bulkWrite', callback => users.bulkWrite([{ deleteOne: { filter: { _id: 9 } } }], callback)),
        see('insertMany', callback => users.insertMany([{ b: 1 }], callback)),
      ])
      assert.equal(Object.keys(seen).length, 7)
      for (const [name, span] of Object.entries(seen)) assert.equal(span, parent, name)
    })
    const bulk = collector.own().filter((span: Loose) => span.resource.startsWith('bulkWrite '))
    assert.equal(bulk.length, 2)
    const other = runInSpan(undefined, () => activeSpan(), undefined, [])
    assert.equal(other, undefined)
  })
})
