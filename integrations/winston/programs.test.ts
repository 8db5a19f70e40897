/** Whole programs with the tracer: what they log is the same but for `dd`, from CommonJS and from ES modules. */

import assert from 'node:assert/strict'
import { programs } from '../../test/libraries/programs'
import { fixture } from '../../test/support/programs'

programs('winston', {
  env: { LOG_CHECK: fixture('log-check.cjs'), DD_ENV: 'prod', DD_VERSION: '1.2.0' },
  check(spans) {
    // Logging makes no spans.
    assert.deepEqual(
      spans.map(span => span.name),
      ['work'],
    )
  },
})
