/** A long session with Express looks the same with the tracer and without it. */

import assert from 'node:assert/strict'
import { before, test } from 'node:test'
import { installLibraries } from '../../test/libraries/install'
import { librarySets } from '../../test/libraries/sets'
import { collect } from '../../test/support/collect'
import { expressSession } from '../../test/support/express-session'
import http from '../http/index'
import router from '../router/index'
import express from './index'

const COUNT = 300

for (const set of librarySets('express')) {
  before(() => installLibraries([set]))
  for (const middleware of ['false', 'true']) {
    const title = `answers, errors, events, \`this\` and arities are the same: ${set.label}`
    test(`${title}, spans of middleware ${middleware}`, async () => {
      const play = () => expressSession(set.require('express'), COUNT)
      const expected = await play()
      const collector = collect([http, express, router], {
        env: {
          DD_TRACE_MIDDLEWARE_TRACING_ENABLED: middleware,
        },
      })
      try {
        const seen = await play()
        for (const [index, line] of expected.entries()) assert.equal(seen[index], line)
        assert.equal(seen.length, expected.length)
        assert.ok(expected.length > 8 * COUNT, `${expected.length} observations`)
        const spans = await collector.take(COUNT)
        assert.ok(spans.some(({ name }) => name === 'express.middleware') === (middleware === 'true'))
      } finally {
        collector.stop()
      }
    })
  }
}
