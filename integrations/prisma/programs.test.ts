/** Whole programs with the tracer: the oldest and the newest Prisma, from CommonJS and from ES modules. */

import assert from 'node:assert/strict'
import { before } from 'node:test'
import { programs } from '../../test/libraries/programs'
import { librarySets } from '../../test/libraries/sets'
import { preparePrisma } from '../../test/support/prisma'

before(async () => {
  for (const set of librarySets('prisma')) await preparePrisma(set)
})

/** Operations in order, with whether they failed. */
const OPERATIONS = [
  ['executeRaw', 0],
  ['executeRaw', 0],
  ['User.create', 0],
  ['User.findMany', 0],
  ['User.create', 1],
  ['User.findMany', 1],
  ['queryRaw', 0],
  ['transaction', 0],
  ['User.create', 0],
  ['User.count', 0],
  ['User.findUnique', 0],
  ['User.findUnique', 0],
  ['User.findUnique', 0],
  ['User.count', 0],
]

programs('prisma', {
  service: 'postgres',
  check(spans) {
    const operations = spans.filter(
      span =>
        span.name === 'prisma.client' && ['operation', 'transaction'].includes(span.meta['prisma.name']),
    )
    assert.deepEqual(
      operations.map(span => [span.resource, span.error]),
      OPERATIONS,
    )
    const byId = new Map(spans.map(span => [span.spanId, span]))
    const rootOf = (span = spans[0]): (typeof spans)[0] => {
      const parent = byId.get(span.parentId)
      return parent === undefined ? span : rootOf(parent)
    }
    // Each query of the driver belongs to one of the engine, and that to an operation.
    const queries = spans.filter(span => span.name === 'pg.query')
    assert.ok(queries.length >= 10, String(queries.length))
    for (const query of queries) assert.equal(rootOf(query).name, 'prisma.client', query.resource)
  },
})
