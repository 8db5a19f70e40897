/** Jobs of bullmq: their options, metadata of other tools, and attempts that fail or are put off. */

import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { before, describe, type TestContext, test } from 'node:test'
import { installLibraries } from '../../test/libraries/install'
import { type LibrarySet, librarySets } from '../../test/libraries/sets'
import { withService } from '../../test/services/service'
import { type Collector, collect } from '../../test/support/collect'
import integration from './index'

// biome-ignore lint/suspicious/noExplicitAny: types of versions that differ
type Loose = any

interface Place {
  t: TestContext
  collector: Collector
  bullmq: Loose
  queue: Loose
  /** Starts a worker of the queue, which is closed with the test. */
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
  })
}

async function at(
  t: TestContext,
  set: LibrarySet,
  url: string,
  body: (place: Place) => Promise<void>,
): Promise<void> {
  const bullmq = set.require('bullmq') as Loose
  const { Redis } = set.require('ioredis') as Loose
  const collector = collect([integration])
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

/** Resolves with the arguments of `count` events of a worker. */
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
