/** Whole programs with the tracer: several versions of the driver, from CommonJS and from ES modules. */

import assert from 'node:assert/strict'
import { programs } from '../../test/libraries/programs'

/** What is sent; the driver makes `insertMany` of a bulk write in all versions. */
const COMMANDS = [
  'insert users',
  'bulkWrite users',
  'insert users',
  'find users',
  'find users',
  'getMore users',
  'getMore users',
  'find users',
  'getMore users',
  'getMore users',
  'find users',
  'update users',
  'update users',
  'findAndModify users',
  'aggregate users',
  'aggregate users',
  'distinct users',
  'bulkWrite users',
  'insert users',
  'update users',
  'delete users',
  'insert users',
  'nonsense $cmd',
  'find users',
  'find users',
  'find users',
  'find users',
  'find users',
  'ping $cmd',
  'delete users',
  'dropDatabase $cmd',
]

const commandOf = ({ resource }: { resource: string }) => resource.replace(/program_\d+\./, '')

programs('mongodb', {
  service: 'mongodb',
  check(spans) {
    // The driver's own commands, for its connections, depend on time and version.
    const sent = spans.filter(span => span.resource.includes(' program_'))
    assert.deepEqual(sent.map(commandOf).sort(), [...COMMANDS].sort())
    for (const span of spans) {
      assert.equal(span.name, 'mongodb.query')
      assert.equal(span.service, 'shop-mongodb')
      assert.equal(span.meta.component, 'mongodb')
    }
    assert.deepEqual(sent.filter(span => span.error === 1).map(commandOf), ['insert users', 'nonsense $cmd'])
  },
})
