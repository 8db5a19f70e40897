/** Jobs in this process: what is stored with them, baggage, errors, data streams; whole programs are elsewhere. */

import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { before, describe, type TestContext, test } from 'node:test'
import { activeSpan } from '../../src/trace/context'
import { installLibraries } from '../../test/libraries/install'
import { type LibrarySet, librarySets } from '../../test/libraries/sets'
import { withService } from '../../test/services/service'
import { type CollectOptions, type Collector, collect } from '../../test/support/collect'
import { recordStreams } from '../../test/support/streams'
import integration from './index'

// biome-ignore lint/suspicious/noExplicitAny: types of versions that differ
type Loose = any

interface Place {
  t: TestContext
  collector: Collector
  bullmq: Loose
  queue: Loose
  /** A worker of the queue; closed with the test. */
  work(process: (job: Loose) => unknown): Loose
}

for (const set of librarySets('bullmq')) {
  describe(set.label, () => {
    before(() => installLibraries([set]))
    for (const [name, body] of Object.entries(tests())) {
      test(
        name,
        { timeout: 30_000 },
        withService('redis', (t, { url }) => at(t, set, url, body)),
      )
    }

    test(
      'a job that is passed on is one way through both queues',
      { timeout: 30_000 },
      withService('redis', (t, { url }) => {
        const { streams, checkpoints } = recordStreams(t)
        const passOn = async ({ queue, work }: Place): Promise<void> => {
          const worker = work(job => (job.name === 'first' ? queue.add('second', {}) : undefined))
          const completed = seen(worker, 'completed', 2)
          await queue.add('first', { a: 'é' })
          await completed
          const tagsOf = (direction: string) => [`direction:${direction}`, 'topic:orders', 'type:bullmq']
          assert.deepEqual(
            checkpoints.map(({ tags }) => tags),
            ['out', 'in', 'out', 'in'].map(tagsOf),
          )
          assert.equal(checkpoints[0].parent, undefined)
          assert.equal(checkpoints[0].payloadBytes, Buffer.byteLength('{"a":"é"}'))
          for (const [index, { parent }] of checkpoints.slice(1).entries())
            assert.deepEqual(parent?.hash, checkpoints[index].pathway.hash)
        }
        return at(t, set, url, passOn, { dataStreams: streams })
      }),
    )
  })
}

async function at(
  t: TestContext,
  set: LibrarySet,
  url: string,
  body: (place: Place) => Promise<void>,
  options: CollectOptions = {},
): Promise<void> {
  const bullmq = set.require('bullmq') as Loose
  const { Redis } = set.require('ioredis') as Loose
  const collector = collect([integration], options)
  const connection = new Redis(url, { maxRetriesPerRequest: null })
  const settings = { connection, prefix: randomUUID() }
  const queue = new bullmq.Queue('orders', settings)
  const closing = [queue]
  t.after(async () => {
    for (const each of closing.reverse()) await each.close()
    connection.disconnect()
    collector.stop()
  })
  await body({
    t,
    collector,
    bullmq,
    queue,
    work(process) {
      const worker = new bullmq.Worker('orders', process, settings)
      closing.push(worker)
      return worker
    },
  })
}

/** Resolves with what `count` events of a worker were. */
function seen(worker: Loose, event: string, count = 1): Promise<unknown[]> {
  const all: unknown[] = []
  return new Promise(resolve => {
    worker.on(event, (...args: unknown[]) => {
      all.push(args)
      if (all.length === count) resolve(all)
    })
  })
}

function tests(): Record<string, (place: Place) => Promise<void>> {
  return {
    async 'a job is processed inside a child of the span that added it'({ collector, queue, work }) {
      let inside: string | undefined
      const worker = work(() => {
        inside = activeSpan()?.toSpanId(true)
      })
      const completed = seen(worker, 'completed')
      await collector.inParent(() => queue.add('one', { a: 1 }))
      await completed
      const [added, processed] = (await collector.waitFor(2)).sort((a, b) => (a.name < b.name ? -1 : 1))
      assert.deepEqual([added.name, processed.name], ['bullmq.add', 'bullmq.processJob'])
      assert.equal(processed.traceId, added.traceId)
      assert.equal(processed.parentId, added.spanId)
      assert.equal(inside, processed.spanId)
      assert.deepEqual([added.service, added.resource, added.type], ['shop-bullmq', 'orders', ''])
      assert.deepEqual(
        [processed.service, processed.resource, processed.type],
        ['shop-bullmq', 'orders', 'worker'],
      )
      assert.equal(added.meta['span.kind'], 'producer')
      assert.equal(processed.meta['span.kind'], 'consumer')
      assert.equal(processed.meta['messaging.system'], 'bullmq')
      assert.equal(processed.meta['messaging.operation'], 'process')
      assert.equal(processed.meta['messaging.destination.name'], 'orders')
      assert.equal(processed.meta['bullmq.job.name'], 'one')
    },

    async 'options of the application are not changed, nor its own telemetry'({ collector, queue }) {
      const options = Object.freeze({ removeOnComplete: true })
      const job = await queue.add('one', {}, options)
      const carrier = JSON.parse(job.opts.telemetry.metadata)
      assert.equal(typeof carrier['x-datadog-trace-id'], 'string')
      assert.match(carrier.traceparent, /^00-/)
      assert.deepEqual(options, { removeOnComplete: true })
      const own = await queue.add('two', {}, { telemetry: { metadata: 'mine' } })
      assert.equal(own.opts.telemetry.metadata, 'mine')
      const [draft] = await queue.addBulk([Object.freeze({ name: 'three', data: {}, opts: options })])
      assert.equal(typeof draft.opts.telemetry.metadata, 'string')
      assert.equal(collector.own().length, 3)
    },

    async 'a job with metadata of somebody else, or none to be understood, starts a trace'(place) {
      const { collector, queue, work } = place
      const worker = work(() => 'done')
      const completed = seen(worker, 'completed', 3)
      for (const metadata of ['{', '7', '{"traceparent":"nonsense"}'])
        await queue.add('one', {}, { telemetry: { metadata } })
      await completed
      const spans = (await collector.waitFor(6)).filter(span => span.name === 'bullmq.processJob')
      for (const span of spans) assert.equal(span.parentId, '0'.repeat(16))
    },

    async 'an attempt that fails is an error, one that is put off is none'({
      collector,
      bullmq,
      queue,
      work,
    }) {
      const worker = work(async job => {
        if (job.name === 'fail') throw new TypeError('broken')
        if (job.attemptsMade === 0 && job.data.wait) {
          await job.updateData({})
          await job.moveToDelayed(Date.now() + 1, job.token)
          throw new bullmq.DelayedError()
        }
      })
      const [failed, completed] = [seen(worker, 'failed'), seen(worker, 'completed')]
      await queue.add('fail', {})
      await queue.add('later', { wait: true })
      await Promise.all([failed, completed])
      const spans = (await collector.waitFor(5)).filter(span => span.name === 'bullmq.processJob')
      assert.deepEqual(spans.map(span => [span.meta['bullmq.job.name'], span.error]).sort(), [
        ['fail', 1],
        ['later', 0],
        ['later', 0],
      ])
      const [broken] = spans.filter(span => span.error === 1)
      assert.deepEqual([broken.meta['error.type'], broken.meta['error.message']], ['TypeError', 'broken'])
    },

    async 'switched off it passes through, and stopping brings the originals back'({
      collector,
      bullmq,
      queue,
    }) {
      const { add } = bullmq.Queue.prototype
      assert.equal(Object.getOwnPropertyDescriptor(add, '__datadog_patch')?.value, true)
      collector.registry.use('bullmq', { enabled: false })
      const job = await queue.add('one', {})
      assert.equal(job.opts.telemetry, undefined)
      assert.deepEqual(collector.own(), [])
      collector.stop()
      assert.notEqual(bullmq.Queue.prototype.add, add)
      assert.ok(!Object.hasOwn(bullmq.Queue.prototype.add, '__datadog_patch'))
    },
  }
}
