/** Errors of a request: the error that it failed with, and, as events, the errors that it recorded. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { SpanRecord } from '../../src/agent/intake/span'
import { startTestAgent } from '../../src/testing/index'
import { withService } from '../services/service'
import { fixture, INIT, startApp } from '../support/programs'

test(
  'errors of a database are errors of the request only if it fails because of these',
  withService('postgres', async (t, { url }) => {
    const agent = await startTestAgent()
    t.after(() => agent.close())
    const app = await startApp(['--require', INIT, fixture('errors.cjs')], { ...agent.env, SERVICE_URL: url })
    t.after(() => app.child.kill('SIGKILL'))

    async function ask(path: string): Promise<{ status: number; request: SpanRecord; query?: SpanRecord }> {
      agent.clear()
      const { status } = await fetch(app.url + path)
      const request = await agent.waitForSpan({ name: 'express.request' })
      return { status, request, query: agent.spans().find(span => span.name === 'pg.query') }
    }

    const handled = await ask('/handled')
    assert.deepEqual([handled.status, handled.request.error, handled.query?.error], [200, 0, 1])
    assert.equal(handled.query?.meta['error.type'], 'error')
    assert.equal(handled.request.meta['error.message'], undefined)
    assert.equal(handled.request.meta.events, undefined)

    const failed = await ask('/failed')
    assert.deepEqual([failed.status, failed.request.error, failed.query?.error], [500, 1, 1])
    assert.equal(failed.request.meta['error.message'], 'no orders')
    assert.match(
      failed.request.meta['error.stack'],
      /^Error: no orders\n[\s\S]*\nCaused by: error: .*there_is_no_such_table/,
    )

    const tracked = await ask('/tracked')
    assert.deepEqual([tracked.status, tracked.request.error], [200, 0])
    assert.equal(tracked.request.meta['error.message'], undefined)
    assert.equal(tracked.request.meta['_dd.span_events.has_exception'], 'true')
    const [{ name, attributes }] = JSON.parse(tracked.request.meta.events)
    assert.deepEqual([name, attributes['exception.type'], attributes.step], ['exception', 'error', 'orders'])
    assert.match(attributes['exception.message'], /there_is_no_such_table/)

    const marked = await ask('/marked')
    assert.deepEqual([marked.status, marked.request.error], [200, 1])
    assert.match(marked.request.meta['error.message'], /there_is_no_such_table/)

    const survived = await ask('/survived')
    assert.deepEqual([survived.status, survived.request.error], [500, 1])
    assert.equal(survived.request.meta['error.message'], 'survived')
    assert.equal(survived.request.meta['http.status_code'], '500')
    assert.equal(JSON.parse(survived.request.meta.events)[0].attributes['exception.type'], 'TypeError')
  }),
)
