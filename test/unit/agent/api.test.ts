/** The JSON API over HTTP. */

import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { TraceDetail, TraceSummary } from '../../../src/agent/api-types'
import { type Agent, startAgent } from '../../../src/agent/server'
import { START_NS, send, sendTraces, wireSpan } from './payloads'

let agent: Agent
before(async () => {
  agent = await startAgent()
  const at = (seconds: number) => START_NS + BigInt(seconds) * 1_000_000_000n
  const traces = [
    [
      wireSpan({
        trace_id: 0xfedc_ba98_7654_3210n,
        resource: 'GET /old',
        meta: { '_dd.p.tid': '68af123400000000' },
      }),
      wireSpan({ trace_id: 0xfedc_ba98_7654_3210n, span_id: 2n, parent_id: 1n, service: 'db' }),
    ],
    [wireSpan({ trace_id: 2n, resource: 'GET /slow', start: at(1), duration: 900_000_000 })],
    [wireSpan({ trace_id: 3n, resource: 'POST /broken', start: at(2), error: 1 })],
  ]
  await sendTraces(agent.url, traces)
})
after(() => agent.close())

async function ask<T>(path: string, status = 200): Promise<T> {
  const answer = await send(agent.apiUrl ?? '', { path })
  assert.equal(answer.status, status, answer.body)
  return JSON.parse(answer.body) as T
}

async function resources(query: string): Promise<string[]> {
  const { traces } = await ask<{ traces: TraceSummary[] }>(`/api/traces?${query}`)
  return traces.map(trace => trace.resource)
}

test('lists traces newest first', async () => {
  assert.deepEqual(await resources(''), ['POST /broken', 'GET /slow', 'GET /old'])
})

test('filters by service of any span, resource, status, duration, time and number', async () => {
  assert.deepEqual(await resources('service=db'), ['GET /old'])
  assert.deepEqual(await resources('service=d'), [])
  assert.deepEqual(await resources('resource=get%20/'), ['GET /slow', 'GET /old'])
  assert.deepEqual(await resources('status=error'), ['POST /broken'])
  assert.deepEqual(await resources('min_duration_ms=900'), ['GET /slow'])
  assert.deepEqual(await resources('min_duration_ms=900.1'), [])
  const sinceMs = Number(START_NS / 1_000_000n) + 1000
  assert.deepEqual(await resources(`since=${sinceMs}`), ['POST /broken', 'GET /slow'])
  assert.deepEqual(await resources('limit=1'), ['POST /broken'])
})

test('says how many matched beyond the limit', async () => {
  assert.equal((await ask<{ total: number }>('/api/traces?limit=1')).total, 3)
})

test('refuses values that it cannot read, by name', async () => {
  for (const [query, name] of [
    ['limit=x', 'limit'],
    ['since=', 'since'],
    ['min_duration_ms=-1', 'min_duration_ms'],
    ['status=ok', 'status'],
  ]) {
    const { error } = await ask<{ error: string }>(`/api/traces?${query}`, 400)
    assert.match(error, new RegExp(`^${name}`))
  }
})

test('shows a trace by its full, its low and its decimal id', async () => {
  for (const id of ['68af123400000000fedcba9876543210', 'FEDCBA9876543210', '18364758544493064720']) {
    const trace = await ask<TraceDetail>(`/api/traces/${id}`)
    assert.equal(trace.traceId, '68af123400000000fedcba9876543210')
    assert.deepEqual(
      trace.spans.map(span => [span.spanId, span.parentId, span.depth]),
      [
        ['0000000000000001', null, 0],
        ['0000000000000002', '0000000000000001', 1],
      ],
    )
    assert.equal(trace.spans[0].startNs, String(START_NS))
  }
})

test('answers 404 for other traces and pages', async () => {
  for (const path of [
    '/api/traces/99',
    '/api/traces/zz',
    '/api/traces/68af123400000001fedcba9876543210',
    '/',
    '/api',
  ]) {
    await ask(path, 404)
  }
})

test('shows the last requests', async () => {
  const { requests } = await ask<{ requests: { path: string; status: number; outcome: string }[] }>(
    '/api/requests',
  )
  assert.deepEqual(
    [requests[0].path, requests[0].status, requests[0].outcome],
    ['/v0.4/traces', 200, 'accepted'],
  )
})

test('rejects with EADDRINUSE when its port is taken, and leaves nothing open', async () => {
  await assert.rejects(startAgent({ apiPort: Number(new URL(agent.apiUrl ?? '').port) }), {
    code: 'EADDRINUSE',
  })
  await assert.rejects(startAgent({ port: agent.port }), { code: 'EADDRINUSE' })
})

test('remembers a bounded number of requests', async () => {
  const small = await startAgent({ apiPort: null, requestLogLimit: 3 })
  for (let index = 0; index < 10; index++) await send(small.url, { path: `/info?${index}` })
  assert.deepEqual(
    small.requests().map(request => request.path),
    ['/info?7', '/info?8', '/info?9'],
  )
  await small.close()
})
