/** Whole programs: who gets a resource is where he asked for it, and nothing else has changed. */

import assert from 'node:assert/strict'
import { programs } from '../../test/libraries/programs'
import { fixture } from '../../test/support/programs'

programs('generic-pool', {
  env: { IN_SPAN: fixture('in-span.cjs') },
  check(spans) {
    assert.deepEqual(
      spans.map(span => span.name),
      ['first', 'second', 'third', 'pooled'],
    )
  },
})
