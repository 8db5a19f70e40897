/** Whole programs: CommonJS and ES modules do the same with the tracer as without it, and their requests are traced. */

import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { startTestAgent } from '../../src/testing/index'
import { byStart, INIT, REGISTER, ROOT, runNode } from '../../test/support/programs'
import { TLS } from '../../test/support/tls'

const fixture = (name: string) => join(ROOT, 'integrations', 'http', 'fixtures', name)
/** Path and status of the requests, in order. */
const REQUESTS = [
  ['/text', '200'],
  ['/url', '200'],
  ['/options', '200'],
  ['/post', '200'],
  ['/list', '200'],
  ['/missing', '404'],
  ['/closed', undefined],
  ['/', undefined],
]

for (const [kind, args] of [
  ['CommonJS', ['--require', INIT, fixture('app.cjs')]],
  ['CommonJS, hooked as ES modules are,', ['--import', REGISTER, fixture('app.cjs')]],
  ['ES modules', ['--import', REGISTER, fixture('app.mjs')]],
] as const) {
  test(`a program of ${kind} sends and serves the same, and is traced`, async t => {
    const agent = await startTestAgent()
    t.after(() => agent.close())
    const plain = await runNode(args.slice(-1))
    const traced = await runNode(args, { ...agent.env, DD_SERVICE: 'shop' })
    assert.equal(plain.code, 0, plain.stderr)
    assert.deepEqual(traced, plain)
    await agent.waitForTraces(REQUESTS.length)
    const spans = agent.spans()
    const sent = spans.filter(span => span.name === 'http.request').sort(byStart)
    assert.deepEqual(
      sent.map(span => [new URL(span.meta['http.url']).pathname, span.meta['http.status_code']]),
      REQUESTS,
    )
    const served = spans.filter(span => span.name === 'web.request')
    assert.equal(served.length, 6)
    for (const span of served) assert.ok(sent.some(request => request.spanId === span.parentId))
    assert.equal(spans.length, REQUESTS.length + 6)
  })
}

test('a program that loads https alone is traced on both sides', async t => {
  const agent = await startTestAgent()
  t.after(() => agent.close())
  const args = ['--import', REGISTER, fixture('https-only.mjs')]
  const ended = await runNode(args, { ...agent.env, TLS_KEY: TLS.key, TLS_CERT: TLS.cert })
  assert.deepEqual([ended.code, ended.stdout, ended.stderr], [0, 'ok\n', ''])
  await agent.waitForTraces(1)
  agent.assertTrace({ name: 'http.request', children: [{ name: 'web.request' }] })
})
