/** Operations of Prisma in this process, against a real server. */

import assert from 'node:assert/strict'
import { before, describe, type TestContext, test } from 'node:test'
import { type LibrarySet, librarySets } from '../../test/libraries/sets'
import { withService } from '../../test/services/service'
import { type CollectOptions, type Collector, collect } from '../../test/support/collect'
import { preparePrisma } from '../../test/support/prisma'
import prisma from './index'

const KEY = 'PRISMA_INSTRUMENTATION'
const shared = globalThis as { [KEY]?: unknown }

interface Users {
  create(options: object): Promise<{ id: number }>
  count(options?: object): Promise<number>
  findUnique(options: object): Promise<object | null>
}

interface Client {
  user: Users
  $executeRawUnsafe(sql: string): Promise<number>
  $transaction<T>(fn: (inner: Client) => Promise<T>): Promise<T>
  $disconnect(): Promise<void>
}

/** Schema of this test: programs.test.ts has a table of the same name in `public`. */
const SCHEMA = 'prisma_index'

async function open(t: TestContext, set: LibrarySet, url: string): Promise<Client> {
  const { PrismaPg } = set.require('@prisma/adapter-pg') as {
    PrismaPg: new (options: object, schema: { schema: string }) => object
  }
  const { PrismaClient } = set.require('@prisma/client') as { PrismaClient: new (options: object) => Client }
  const client = new PrismaClient({
    adapter: new PrismaPg({ connectionString: url, options: `-c search_path=${SCHEMA}` }, { schema: SCHEMA }),
    errorFormat: 'minimal',
  })
  t.after(() => client.$disconnect())
  return client
}

async function withTable(client: Client, collector: Collector): Promise<void> {
  await client.$executeRawUnsafe(`create schema if not exists ${SCHEMA}`)
  await client.$executeRawUnsafe('drop table if exists prisma_users')
  await client.$executeRawUnsafe(
    'create table prisma_users (id serial primary key, name text not null, email text unique)',
  )
  collector.clear()
}

for (const set of librarySets('prisma')) {
  describe(set.label, () => {
    before(() => preparePrisma(set))

    const start = (t: TestContext, options?: CollectOptions): Collector => {
      const collector = collect([prisma], options)
      t.after(() => collector.stop())
      return collector
    }

    test(
      'an operation, its steps, and its query',
      withService('postgres', async (t, { url }) => {
        const collector = start(t)
        const client = await open(t, set, url)
        await withTable(client, collector)
        await collector.inParent(() => client.user.create({ data: { name: 'Ann' } }))
        const spans = collector.own()
        const [operation] = spans.filter(span => span.meta['prisma.name'] === 'operation')
        assert.deepEqual(
          [operation.name, operation.resource, operation.service, operation.error],
          ['prisma.client', 'User.create', 'shop-prisma', 0],
        )
        const { component, 'span.kind': kind, ...tags } = operation.meta
        assert.deepEqual([component, kind], ['prisma', 'client'])
        assert.equal(tags['prisma.type'], 'client')
        assert.equal(tags['prisma.method'], 'create')
        assert.equal(tags['prisma.model'], 'User')
        assert.equal(tags['_dd.svc_src'], 'prisma')
        const [query] = spans.filter(span => span.meta['prisma.name'] === 'db_query')
        assert.deepEqual([query.name, query.type, query.service], ['prisma.engine', 'sql', 'shop-prisma'])
        assert.match(query.resource, /^INSERT INTO "prisma_index"."prisma_users"/)
        assert.equal(query.meta['prisma.type'], 'engine')
        assert.equal(query.meta['db.type'], 'postgres')
        for (const step of ['serialize', 'compile']) {
          const [span] = spans.filter(each => each.meta['prisma.name'] === step)
          assert.equal(span.resource, step)
        }
        const byId = new Map(spans.map(span => [span.spanId, span]))
        for (const span of spans) {
          if (span !== operation) assert.ok(byId.has(span.parentId), `${span.resource} is under another`)
        }
      }),
    )

    test(
      'errors are on the operation, and reach the application as they are',
      withService('postgres', async (t, { url }) => {
        const collector = start(t)
        const client = await open(t, set, url)
        await withTable(client, collector)
        await client.user.create({ data: { name: 'Ann', email: 'ann' } })
        collector.clear()
        const thrown = await client.user.create({ data: { name: 'Bob', email: 'ann' } }).catch(error => error)
        assert.equal(thrown.code, 'P2002')
        const [operation] = collector.spans().filter(span => span.meta['prisma.name'] === 'operation')
        assert.equal(operation.error, 1)
        assert.equal(operation.meta['error.type'], 'PrismaClientKnownRequestError')
        assert.equal(operation.meta['error.message'], thrown.message)
        assert.equal(operation.meta['error.stack'], thrown.stack)
      }),
    )

    test('a server that is not there', async t => {
      const collector = start(t)
      const client = await open(t, set, 'postgresql://nobody@127.0.0.1:1/none')
      await assert.rejects(client.user.count())
      const [operation] = collector.spans().filter(span => span.meta['prisma.name'] === 'operation')
      assert.equal(operation.error, 1)
    })

    test(
      'operations at once are kept apart, each under its caller',
      withService('postgres', async (t, { url }) => {
        const collector = start(t)
        const client = await open(t, set, url)
        await withTable(client, collector)
        await Promise.all(
          [1, 2, 3].map(id =>
            collector.inParent(async () => {
              assert.equal(await client.user.count({ where: { id } }), 0)
            }, `parent ${id}`),
          ),
        )
        const spans = collector.spans()
        const parents = spans.filter(span => span.name === 'test.parent')
        for (const parent of parents) {
          const under = spans.filter(span => span.parentId === parent.spanId)
          assert.deepEqual(
            under.map(span => span.resource),
            ['User.count'],
          )
        }
        assert.equal(parents.length, 3)
      }),
    )

    test(
      'the transaction is one span around what is done in it',
      withService('postgres', async (t, { url }) => {
        const collector = start(t)
        const client = await open(t, set, url)
        await withTable(client, collector)
        await client.$transaction(inner => inner.user.create({ data: { name: 'Ann' } }))
        const spans = collector.spans()
        const [transaction] = spans.filter(span => span.resource === 'transaction')
        assert.equal(transaction.meta['prisma.method'], '$transaction')
        const under = spans.filter(span => span.parentId === transaction.spanId).map(span => span.resource)
        for (const resource of ['start_transaction', 'User.create', 'commit_transaction']) {
          assert.ok(under.includes(resource), `${resource} of ${under}`)
        }
      }),
    )

    test(
      'the service can be named, and it can be switched off while it runs',
      withService('postgres', async (t, { url }) => {
        const collector = start(t, { use: { prisma: { service: 'users' } } })
        const client = await open(t, set, url)
        await withTable(client, collector)
        await client.user.count()
        for (const span of collector.spans()) assert.equal(span.service, 'users')
        collector.clear()
        collector.registry.use('prisma', { enabled: false })
        assert.equal(await client.user.count(), 0)
        assert.deepEqual(collector.spans(), [])
      }),
    )

    test('queries that are to name their trace get its context, always sampled', async t => {
      const collector = start(t)
      await open(t, set, 'postgresql://unused')
      const { helper } = shared[KEY] as { helper: { getTraceParent(): string } }
      assert.equal(helper.getTraceParent(), '00-10-10-00')
      await collector.inParent(span => {
        assert.equal(helper.getTraceParent(), `00-${span.toTraceId(true)}-${span.toSpanId(true)}-01`)
      })
    })

    test('the helper is gone after the tracer has stopped, and that of the application is left alone', async t => {
      const collector = start(t)
      await open(t, set, 'postgresql://unused')
      assert.ok(shared[KEY] !== undefined)
      for (const name of ['@prisma/client', '@prisma/driver-adapter-utils']) {
        assert.equal(collector.registry.patched().get(name), set.versions['@prisma/client'])
      }
      collector.stop()
      assert.equal(KEY in shared, false)
      const own = { helper: {} }
      shared[KEY] = own
      t.after(() => delete shared[KEY])
      const second = collect([prisma])
      assert.equal(shared[KEY], own)
      second.stop()
      assert.equal(shared[KEY], own)
    })
  })
}
