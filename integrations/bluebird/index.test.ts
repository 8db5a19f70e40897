/** Functions of bluebird that are patched, and are put back. */

import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import { installLibraries } from '../../test/libraries/install'
import { librarySets } from '../../test/libraries/sets'
import { collect } from '../../test/support/collect'
import integration from './index'

interface Bluebird {
  prototype: { _then: unknown }
  resolve(value: unknown): Promise<unknown>
  getNewLibraryCopy?: unknown
}

for (const set of librarySets('bluebird')) {
  before(() => installLibraries([set]))

  test(`${set.label}: wrappers are flagged and look like the originals, which come back`, async () => {
    const bluebird = set.require('bluebird') as Bluebird
    const { _then } = bluebird.prototype
    const { getNewLibraryCopy } = bluebird
    const collector = collect([integration])
    assert.notEqual(bluebird.prototype._then, _then)
    assert.equal(Object.getOwnPropertyDescriptor(bluebird.prototype._then, '__datadog_patch')?.value, true)
    await collector.inParent(() => bluebird.resolve(1).then(() => {}))
    assert.deepEqual(collector.own(), [])
    collector.stop()
    assert.equal(bluebird.prototype._then, _then)
    assert.equal(bluebird.getNewLibraryCopy, getNewLibraryCopy)
  })
}
