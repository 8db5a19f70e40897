/** Spans of the integration, and what the application sees of it. */

import assert from 'node:assert/strict'
import { before, describe, it, type TestContext } from 'node:test'
import { installLibraries } from '../../test/libraries/install'
import { librarySets } from '../../test/libraries/sets'
import { type Collector, collect } from '../../test/support/collect'
import integration from './index'

type Store = Record<'get' | 'set' | 'delete' | 'clear', (...args: unknown[]) => Promise<unknown>>
type KeyvClass = (new (options?: object) => Store) & { prototype: Store }

function open(t: TestContext): Collector {
  const collector = collect([integration])
  t.after(() => collector.stop())
  return collector
}

for (const set of librarySets('_template')) {
  describe(set.label, () => {
    before(() => installLibraries([set]))
    const load = () => set.require('keyv') as KeyvClass

    it('has a span for each command, within that of the caller', async t => {
      const collector = open(t)
      const store = new (load())()
      let parentId: string | undefined
      await collector.inParent(async parent => {
        parentId = parent.toSpanId(true)
        assert.equal(await store.set('a', 1), true)
        assert.equal(await store.get('a'), 1)
      })
      const [setting, getting] = await collector.waitFor(2)
      assert.deepEqual([setting.resource, getting.resource], ['set', 'get'])
      assert.equal(setting.parentId, parentId)
      assert.equal(setting.name, 'keyv.command')
      assert.equal(setting.service, 'shop-keyv')
      assert.equal(setting.type, 'keyv')
      assert.equal(setting.meta['span.kind'], 'client')
      assert.equal(setting.meta.component, '_template')
    })

    it('tells the error that the application gets', async t => {
      const collector = open(t)
      const lost = new RangeError('lost')
      const store = new (load())({ store: { get: () => Promise.reject(lost) } })
      await assert.rejects(store.get('a'), error => error === lost)
      const [span] = await collector.waitFor(1)
      assert.equal(span.error, 1)
      assert.equal(span.meta['error.type'], 'RangeError')
      assert.equal(span.meta['error.message'], 'lost')
    })

    it('cannot be seen but by its flag, and leaves nothing behind', t => {
      const { prototype } = load()
      const original = prototype.get
      const collector = open(t)
      assert.notEqual(prototype.get, original)
      assert.deepEqual([prototype.get.name, prototype.get.length], [original.name, original.length])
      assert.equal(Object.getOwnPropertyDescriptor(prototype.get, '__datadog_patch')?.value, true)
      collector.stop()
      assert.equal(prototype.get, original)
    })

    it('passes through when it is switched off', async t => {
      const collector = open(t)
      const store = new (load())()
      collector.registry.use('_template', { enabled: false })
      await store.set('a', 1)
      assert.deepEqual(collector.own(), [])
    })
  })
}
