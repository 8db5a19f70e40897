/** Whole programs, in CommonJS and as ES modules, with and without the tracer. */

import assert from 'node:assert/strict'
import { programs } from '../../test/libraries/programs'

programs('_template', {
  check(spans) {
    // A copy of this folder is part of the tracer, and has the spans here: `['keyv.command set', …]`.
    assert.deepEqual(
      spans.map(({ name, resource }) => `${name} ${resource}`),
      [],
    )
  },
})
