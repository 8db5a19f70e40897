import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Endpoints } from '../../../src/profiling/endpoints'
import { Site } from '../../../src/trace/site'
import type { Span } from '../../../src/trace/span'
import { startSpan } from '../../../src/trace/start'
import { testRuntime } from '../../support/runtime'

const WEB = new Site({ name: 'web.request', type: 'web' })
const JOB = new Site({ name: 'job', type: 'worker' })
const runtime = testRuntime()

function web(resource: string, parent?: Span): Span {
  const span = startSpan(runtime, WEB, parent, {})
  span.resource = resource
  return span
}

/** Finishes a span as the trace does. */
function close(endpoints: Endpoints, span: Span): void {
  endpoints.closed(span)
  span.finish()
}

/** Returns [root's upper word, lower word, text] of all rows, oldest first. */
function rowsOf(endpoints: Endpoints): [number, number, string][] {
  const { words, oldest, texts } = endpoints.take()
  const rows: [number, number, string][] = []
  for (let at = 0; at < words.length; at += 3) rows.push([words[at], words[at + 1], texts[words[at + 2]]])
  return [...rows.slice(oldest), ...rows.slice(0, oldest)]
}

test('requests are counted by endpoint, and each count is returned once', () => {
  const endpoints = new Endpoints()
  for (const resource of ['GET /a', 'GET /b', 'GET /a']) close(endpoints, web(resource))
  assert.deepEqual(endpoints.takeCounts(), { 'GET /a': 2, 'GET /b': 1 })
  assert.deepEqual(endpoints.takeCounts(), {})
})

test('without a resource the endpoint is method and route; without a route there is none', () => {
  const endpoints = new Endpoints()
  const routed = web('')
  routed.tags = { 'http.method': 'GET', 'http.route': '/users/:id' }
  const unrouted = web('')
  unrouted.tags = { 'http.method': 'GET' }
  close(endpoints, routed)
  close(endpoints, unrouted)
  assert.deepEqual(rowsOf(endpoints), [[routed.idHi, routed.idLo, 'GET /users/:id']])
  assert.deepEqual(endpoints.takeCounts(), { 'GET /users/:id': 1 })
})

test('only the outermost of nested web spans counts, also below a job', () => {
  const endpoints = new Endpoints()
  const root = web('GET /a')
  close(endpoints, web('middleware', root))
  const job = startSpan(runtime, JOB, undefined, {})
  const step = startSpan(runtime, JOB, job, {})
  const below = web('GET /b', step)
  const within = startSpan(runtime, JOB, below, {})
  close(endpoints, web('middleware', within))
  for (const span of [within, below, step, job, root]) close(endpoints, span)
  assert.deepEqual(endpoints.takeCounts(), { 'GET /b': 1, 'GET /a': 1 })
  assert.deepEqual(rowsOf(endpoints), [
    [job.idHi, job.idLo, 'GET /b'],
    [root.idHi, root.idLo, 'GET /a'],
  ])
})

test('an open request has its endpoint so far, and later the final one', () => {
  const endpoints = new Endpoints()
  const early = web('')
  const routed = web('GET /early')
  const job = startSpan(runtime, JOB, undefined, {})
  assert.deepEqual(rowsOf(endpoints), [[routed.idHi, routed.idLo, 'GET /early']])
  assert.deepEqual(endpoints.takeCounts(), {})
  routed.resource = 'GET /late'
  for (const span of [routed, early, job]) close(endpoints, span)
  assert.deepEqual(rowsOf(endpoints).at(-1), [routed.idHi, routed.idLo, 'GET /late'])
  assert.equal(endpoints.size, 2)
})

test('the oldest of more than 100,000 roots are dropped', () => {
  const endpoints = new Endpoints()
  const span = web('GET /a')
  const closeWithId = (idLo: number): void => {
    Object.assign(span, { idLo })
    endpoints.closed(span)
  }
  for (let at = 0; at < 100_000; at++) closeWithId(at)
  assert.equal(endpoints.size, 100_000)
  closeWithId(100_000)
  span.finish()
  const rows = rowsOf(endpoints)
  assert.equal(rows.length, 100_000)
  assert.deepEqual([rows[0][1], rows[99_999][1]], [1, 100_000])
})

test('endpoints after the first 1,000 have no label and no count until the next window', () => {
  const endpoints = new Endpoints()
  for (let at = 0; at <= 1_000; at++) close(endpoints, web(`GET /${at}`))
  assert.equal(Object.keys(endpoints.takeCounts()).length, 1_000)
  assert.equal(rowsOf(endpoints).length, 1_000)
  assert.equal(endpoints.size, 0)
  close(endpoints, web('GET /1000'))
  assert.deepEqual(endpoints.takeCounts(), { 'GET /1000': 1 })
  assert.equal(rowsOf(endpoints)[0][2], 'GET /1000')
})
