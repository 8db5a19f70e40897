/** Whole programs: handlers run where they were added, and nothing else has changed. */

import assert from 'node:assert/strict'
import { programs } from '../../test/libraries/programs'
import { fixture } from '../../test/support/programs'

programs('bluebird', {
  env: { IN_SPAN: fixture('in-span.cjs') },
  check(spans) {
    assert.deepEqual([...new Set(spans.map(span => span.name))].sort(), ['first', 'second', 'settling'])
  },
})
