/** `tracer/testing`: waiting, asserting and misbehaving. */

import assert from 'node:assert/strict'
import { afterEach, beforeEach, describe, test } from 'node:test'
import { startTestAgent, type TestAgent } from '../../../src/testing/index'
import { START_NS, send, sendTraces, wireSpan } from './payloads'

let agent: TestAgent
beforeEach(async () => {
  agent = await startTestAgent()
})
afterEach(() => agent.close())

const child = (id: bigint, fields = {}) => wireSpan({ span_id: id, parent_id: 1n, ...fields })

describe('waiting', () => {
  test('resolves with traces that arrive later, and with those that have arrived', async () => {
    const waiting = agent.waitForTraces(2)
    await sendTraces(agent.url, [[wireSpan()]])
    await sendTraces(agent.url, [[wireSpan({ trace_id: 2n })]])
    assert.equal((await waiting).length, 2)
    assert.equal((await agent.waitForTraces(2, { timeoutMs: 1 })).length, 2)
  })

  test('takes a function over all traces', async () => {
    const waiting = agent.waitForTraces(traces => traces.some(trace => trace.spans.length === 2))
    await sendTraces(agent.url, [[wireSpan()]])
    await sendTraces(agent.url, [[child(2n)]])
    const [trace] = await waiting
    assert.equal(trace.root.spanId, 1n)
  })

  test('finds a span by fields or by a function', async () => {
    const byFields = agent.waitForSpan({ name: 'pg.query', meta: { 'db.name': /^sh/ } })
    const byFunction = agent.waitForSpan(span => span.name === 'pg.query')
    await sendTraces(agent.url, [[wireSpan(), child(2n, { name: 'pg.query', meta: { 'db.name': 'shop' } })]])
    assert.equal((await byFields).spanId, 2n)
    assert.equal(await byFunction, await byFields)
  })

  test('lists on time-out what did arrive', async () => {
    await sendTraces(agent.url, [[wireSpan({ resource: 'GET /cart' }), child(2n, { name: 'pg.query' })]])
    await sendTraces(agent.url, 'nonsense')
    await assert.rejects(agent.waitForSpan({ name: /redis/ }, { timeoutMs: 20 }), (error: Error) => {
      assert.match(error.message, /waited 20 ms: no span matched \{"name":"\/redis\/"\}/)
      assert.match(error.message, /web\.request \[web\] "GET \/cart"\n {4}pg\.query/)
      assert.match(error.message, /PUT \/v0\.4\/traces 400 payload: expected an array/)
      assert.match(error.stack ?? '', /test-agent\.test\.js/)
      return true
    })
    agent.clear()
    await assert.rejects(agent.waitForTraces(1, { timeoutMs: 20 }), /no trace arrived\n0 requests/)
  })

  test('ends with the agent', async () => {
    const waiting = agent.waitForTraces(1)
    await Promise.all([assert.rejects(waiting, /was closed/), agent.close()])
  })

  test('rejects with the error that a predicate throws', async () => {
    const waiting = agent.waitForTraces(() => {
      throw new TypeError('mine')
    })
    await assert.rejects(waiting, { name: 'TypeError', message: 'mine' })
  })
})

describe('assertTrace', () => {
  beforeEach(async () => {
    const spans = [
      wireSpan({ resource: 'GET /users', metrics: { 'http.status': 200 } }),
      child(2n, { name: 'middleware', resource: 'auth' }),
      child(3n, { name: 'middleware', resource: 'body' }),
      wireSpan({ span_id: 4n, parent_id: 3n, name: 'pg.query', error: 1 }),
    ]
    await sendTraces(agent.url, [spans, [wireSpan({ trace_id: 2n, start: START_NS + 1n })]])
  })

  test('returns the trace that looks as expected, children in any order', () => {
    const trace = agent.assertTrace({
      resource: 'GET /users',
      metrics: { 'http.status': 200 },
      meta: { absent: undefined },
      children: [
        { name: 'middleware', children: [{ name: /^pg/, error: true, children: [] }] },
        { name: 'middleware', resource: value => value === 'auth', children: [] },
      ],
    })
    assert.equal(trace.spans.length, 4)
  })

  for (const [what, expected, message] of [
    ['a wrong value', { resource: 'GET /users', service: 'shop' }, /service: expected "shop", got "web"/],
    [
      'a missing child',
      { resource: 'GET /users', children: [{ name: 'middleware' }] },
      /expected 1 children, got 2/,
    ],
    [
      'a wrong grandchild',
      { resource: 'GET /users', children: [{ resource: 'auth' }, { children: [{ error: false }] }] },
      /error: expected false, got true/,
    ],
    [
      'a tag that should be absent',
      { resource: 'GET /users', metrics: { 'http.status': undefined } },
      /expected none, got 200/,
    ],
    ['a pattern that does not match', { resource: /^POST/ }, /does not match \/\^POST\//],
    [
      'a wrong number of top spans',
      [{ name: 'web.request' }, { name: 'web.request' }],
      /top spans|no span left/,
    ],
  ] as const) {
    test(`fails for ${what}, with the difference and what arrived`, () => {
      assert.throws(
        () => agent.assertTrace(expected as Parameters<TestAgent['assertTrace']>[0]),
        (error: Error) => {
          assert.equal(error.name, 'AssertionError')
          assert.match(error.message, message)
          assert.match(
            error.message,
            /what arrived:\ntrace 0000000000000001\n {2}web\.request \[web\] "GET \/users"/,
          )
          return true
        },
      )
    })
  }
})

describe('a misbehaving agent', () => {
  test('answers as told for so many requests, and throws a refused payload away', async () => {
    agent.respondWith({ status: 503, body: 'busy', headers: { 'retry-after': '1' }, times: 2 })
    for (let index = 0; index < 2; index++) {
      const answer = await sendTraces(agent.url, [[wireSpan()]])
      assert.deepEqual([answer.status, answer.body, answer.headers['retry-after']], [503, 'busy', '1'])
    }
    assert.deepEqual(agent.traces(), [])
    assert.equal((await sendTraces(agent.url, [[wireSpan()]])).status, 200)
    assert.equal(agent.traces().length, 1)
    assert.deepEqual(
      agent.requests().map(request => request.status),
      [503, 503, 200],
    )
    assert.equal(agent.requests()[0].chunks?.length, 1)
  })

  test('keeps the payload when only the body of the answer is replaced', async () => {
    agent.respondWith({ body: { rate_by_service: { 'service:,env:': 0.5 } } })
    const answer = await sendTraces(agent.url, [[wireSpan()]])
    assert.equal(answer.body, '{"rate_by_service":{"service:,env:":0.5}}')
    assert.equal(answer.headers['content-type'], 'application/json')
    assert.equal(agent.traces().length, 1)
  })

  test('leaves other paths alone unless they are named', async () => {
    agent.respondWith({ status: 500 })
    assert.equal((await send(agent.url, { path: '/info' })).status, 200)
    agent.respondWith({ status: 202, path: '/telemetry' })
    assert.equal((await send(agent.url, { method: 'POST', path: '/telemetry/proxy/x' })).status, 202)
    assert.equal((await sendTraces(agent.url, [])).status, 200)
  })

  test('hangs, and closing does not wait for it', async () => {
    agent.hang()
    const hanging = sendTraces(agent.url, [[wireSpan()]])
    await Promise.all([
      assert.rejects(hanging, { code: 'ECONNRESET' }),
      agent.waitForRequests(1).then(async ([request]) => {
        assert.equal(request.outcome, 'left without an answer')
        await agent.stop()
      }),
    ])
  })

  test('resets connections, and behaves again on demand', async () => {
    agent.resetConnections()
    await assert.rejects(sendTraces(agent.url, [[wireSpan()]]), { code: 'ECONNRESET' })
    agent.behave()
    assert.equal((await sendTraces(agent.url, [[wireSpan()]])).status, 200)
  })

  test('stops and starts again on the same port, and remembers', async () => {
    await sendTraces(agent.url, [[wireSpan()]])
    await agent.stop()
    await assert.rejects(sendTraces(agent.url, []), { code: 'ECONNREFUSED' })
    await agent.start()
    assert.equal((await sendTraces(agent.url, [[wireSpan({ trace_id: 2n })]])).status, 200)
    assert.equal(agent.traces().length, 2)
  })
})

test('gives an environment that points a child process to the agent', () => {
  assert.equal(agent.env.DD_TRACE_AGENT_URL, agent.url)
  assert.equal(agent.env.DD_TRACE_AGENT_PORT, String(agent.port))
})

test('shows secrets as they were sent unless told to redact', async () => {
  await sendTraces(agent.url, [[wireSpan({ meta: { password: 'p' } })]])
  assert.equal(agent.spans()[0].meta.password, 'p')
  const careful = await startTestAgent({ redact: true })
  await sendTraces(careful.url, [[wireSpan({ meta: { password: 'p' } })]])
  assert.equal(careful.spans()[0].meta.password, '[redacted]')
  await careful.close()
})
