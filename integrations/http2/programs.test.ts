/** Whole programs: CommonJS and ES modules do the same with the tracer as without it, and their requests are traced. */

import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { startTestAgent } from '../../src/testing/index'
import { byStart, INIT, REGISTER, ROOT, runNode } from '../../test/support/programs'
import { TLS } from '../../test/support/tls'

const fixture = (name: string) => join(ROOT, 'integrations', 'http2', 'fixtures', name)
const ENV = { TLS_KEY: TLS.key, TLS_CERT: TLS.cert }
/** Component, path, and status on both sides, in order. */
const REQUESTS = [
  ['http2', '/text', '200', '200'],
  ['http2', '/post', '200', '200'],
  ['http2', '/missing', '404', '404'],
  // The client got no answer; messages have a status from the beginning.
  ['http2', '/gone', undefined, '200'],
  ['http2', '/', '200', '200'],
  ['http', '/old', '200', '200'],
]

for (const [kind, args] of [
  ['CommonJS', ['--require', INIT, fixture('app.cjs')]],
  ['CommonJS, hooked as ES modules are,', ['--import', REGISTER, fixture('app.cjs')]],
  ['ES modules', ['--import', REGISTER, fixture('app.mjs')]],
] as const) {
  test(`a program of ${kind} sends and serves the same, and is traced`, async t => {
    const agent = await startTestAgent()
    t.after(() => agent.close())
    const plain = await runNode(args.slice(-1), ENV)
    const traced = await runNode(args, { ...agent.env, ...ENV, DD_SERVICE: 'shop' })
    assert.equal(plain.code, 0, plain.stderr)
    assert.deepEqual(traced, plain)
    const spans = agent.spans()
    const sent = spans.filter(span => span.name === 'http.request').sort(byStart)
    const served = spans.filter(span => span.name === 'web.request')
    assert.deepEqual(
      sent.map(span => {
        const theirs = served.filter(each => each.parentId === span.spanId)
        assert.equal(theirs.length, 1)
        assert.equal(theirs[0].meta.component, 'http2')
        return [
          span.meta.component,
          new URL(span.meta['http.url']).pathname,
          span.meta['http.status_code'],
          theirs[0].meta['http.status_code'],
        ]
      }),
      REQUESTS,
    )
    assert.equal(spans.length, 2 * REQUESTS.length)
  })
}
