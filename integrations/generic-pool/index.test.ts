/** Functions of generic-pool that are patched, and are put back. */

import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import { activeSpan } from '../../src/trace/context'
import { installLibraries } from '../../test/libraries/install'
import { librarySets } from '../../test/libraries/sets'
import { collect } from '../../test/support/collect'
import integration from './index'

interface Pool {
  acquire(callback: (error: unknown, resource: unknown) => void): boolean
  release(resource: unknown): void
}
interface GenericPool {
  Pool: (new (factory: object) => Pool) & { prototype: Pool }
}

for (const set of librarySets('generic-pool')) {
  before(() => installLibraries([set]))

  test(`${set.label}: the wrapper is flagged, can be switched off, and goes again`, async () => {
    const { Pool } = set.require('generic-pool') as GenericPool
    const { acquire } = Pool.prototype
    const collector = collect([integration])
    assert.equal(Object.getOwnPropertyDescriptor(Pool.prototype.acquire, '__datadog_patch')?.value, true)
    const pool = new Pool({
      max: 1,
      create: (done: (...args: unknown[]) => void) => done(null, {}),
      destroy() {},
    })
    /** Tells whether a caller that waits for the only resource is called back in its own span. */
    const isKept = (): Promise<boolean> =>
      new Promise(resolve => {
        pool.acquire((_error, held) => {
          void collector.inParent(span => {
            pool.acquire((_failed, resource) => {
              pool.release(resource)
              resolve(activeSpan() === span)
            })
          })
          pool.release(held)
        })
      })
    assert.equal(await isKept(), true)
    collector.registry.use('generic-pool', { enabled: false })
    assert.equal(await isKept(), false)
    collector.stop()
    assert.equal(Pool.prototype.acquire, acquire)
  })
}
