/** Whole programs with the tracer: several versions of mongoose, from CommonJS and from ES modules. */

import assert from 'node:assert/strict'
import { programs } from '../../test/libraries/programs'

programs('mongoose', {
  service: 'mongodb',
  check(spans) {
    const sent = spans.filter(span => / program_\d+\.users/.test(span.resource))
    const commands = new Set(sent.map(span => span.resource.split(' ')[0]))
    for (const command of ['aggregate', 'find', 'insert', 'update']) assert.ok(commands.has(command), command)
    for (const span of spans) assert.equal(span.meta.component, 'mongodb')
    assert.equal(sent.filter(span => span.error === 1 && span.resource.startsWith('insert')).length, 1)
  },
})
