/** Every reason for which the intake refuses a request, and that a refusal leaves nothing behind. */

import assert from 'node:assert/strict'
import { request } from 'node:http'
import { connect } from 'node:net'
import { after, afterEach, before, describe, test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { type Agent, startAgent } from '../../../src/agent/server'
import { TRACE_FORMATS } from '../../../src/std/trace-formats'
import { startTestAgent } from '../../../src/testing/index'
import { pack, send, sendTraces, wireSpan } from './payloads'

const MAX_BYTES = 2 * 1024 * 1024

let agent: Agent
before(async () => {
  agent = await startAgent({ apiPort: null, maxRequestBytes: MAX_BYTES })
})
afterEach(() => agent.clear())
after(() => agent.close())

describe('the answer 400 with the reason', () => {
  const spanWith = (fields: Record<string, unknown>) => pack([[wireSpan(fields)]])
  const cases: [string, Buffer, RegExp][] = [
    ['an empty body', Buffer.alloc(0), /ends at byte 0/],
    [
      'a truncated body',
      pack([[wireSpan()]]).subarray(0, -1),
      /in the middle of a value|longer than the body/,
    ],
    ['bytes after the payload', Buffer.concat([pack([]), Buffer.from([1])]), /1 bytes after the end/],
    ['a payload that is a map', pack({}), /payload: expected an array, got a map/],
    ['a chunk that is no array', pack(['x']), /chunk 0: expected an array, got a string/],
    ['a span that is no map', pack([[wireSpan(), 7]]), /chunk 0 span 1: expected a map, got an integer/],
    ['a number in meta', spanWith({ meta: { a: 1 } }), /meta\["a"\]: expected a string, got an integer/],
    ['a boolean in meta', spanWith({ meta: { a: true } }), /meta\["a"\]: expected a string, got a boolean/],
    ['a map in meta', spanWith({ meta: { a: {} } }), /meta\["a"\]: expected a string, got a map/],
    ['a numeric key in meta', spanWith({ meta: new Map([[1, 'x']]) }), /meta key: expected a string/],
    [
      'a string in metrics',
      spanWith({ metrics: { a: '1' } }),
      /metrics\["a"\]: expected a number, got a string/,
    ],
    [
      'a binary in metrics',
      spanWith({ metrics: { a: Buffer.from('1') } }),
      /expected a number, got a binary/,
    ],
    ['a boolean in metrics', spanWith({ metrics: { a: false } }), /expected a number, got a boolean/],
    ['a trace id as text', spanWith({ trace_id: '1' }), /trace_id: expected an integer, got a string/],
    ['a trace id as a float', spanWith({ trace_id: 2 ** 60 }), /trace_id: expected an integer, got a float/],
    ['a fractional duration', spanWith({ duration: 1.5 }), /duration: expected an integer, got a float/],
    ['a start past int64', spanWith({ start: 2n ** 63n }), /start: 9223372036854775808 overflows int64/],
    ['an error past int32', spanWith({ error: 2 ** 31 }), /error: 2147483648 overflows int32/],
    ['a boolean error', spanWith({ error: true }), /error: expected an integer, got a boolean/],
    ['an extension type', Buffer.from([0x91, 0xd4, 0x01, 0x00]), /unexpected msgpack type 0xd4 at byte 1/],
    ['the type that is never used', Buffer.from([0x91, 0xc1]), /unexpected msgpack type 0xc1/],
    ['an array longer than the body', Buffer.from([0xdd, 0xff, 0xff, 0xff, 0xff]), /longer than the body/],
    [
      'a string longer than the body',
      Buffer.from([0x91, 0xdb, 0xff, 0xff, 0xff, 0xff]),
      /longer than the body/,
    ],
    [
      '33 nested arrays',
      Buffer.concat([Buffer.alloc(33, 0x91), Buffer.from([0x90])]),
      /nested deeper than 32/,
    ],
    [
      'a million empty maps',
      Buffer.concat([Buffer.from([0xdd, 0, 0x0f, 0x42, 0x40]), Buffer.alloc(1e6, 0x80)]),
      /more than 1000000/,
    ],
  ]
  for (const [what, body, reason] of cases) {
    test(`comes for ${what}`, async () => {
      const answer = await sendTraces(agent.url, body)
      assert.equal(answer.status, 400, answer.body)
      assert.match(answer.body, reason)
      const { intake, store } = agent.stats()
      assert.equal(intake.decodeErrors, 1)
      assert.deepEqual(Object.keys(intake.decodeErrorReasons), [answer.body.trim()])
      assert.equal(store.spans, 0)
    })
  }

  test('nothing is kept of a payload whose last span is wrong', async () => {
    const answer = await sendTraces(agent.url, [[wireSpan()], [wireSpan({ trace_id: 2n, meta: { a: 1 } })]])
    assert.equal(answer.status, 400)
    assert.equal(agent.stats().store.spans, 0)
  })
})

describe('the answer 413', () => {
  const body = (size: number) => {
    const padding = size - pack([[wireSpan({ meta: { a: 'x'.repeat(100_000) } })]]).length + 100_000
    return pack([[wireSpan({ meta: { a: 'x'.repeat(padding) } })]])
  }

  test('comes for a body one byte too long, and not for one of exactly the limit', async () => {
    assert.equal(body(MAX_BYTES).length, MAX_BYTES)
    assert.equal((await sendTraces(agent.url, body(MAX_BYTES))).status, 200)
    const answer = await sendTraces(agent.url, body(MAX_BYTES + 1))
    assert.equal(answer.status, 413)
    assert.match(answer.body, /max_request_bytes \(2097152 bytes\)/)
  })

  test('comes by content-length alone, before the body is sent', async () => {
    const status = await new Promise((resolve, reject) => {
      const headers = { 'content-type': 'application/msgpack', 'content-length': MAX_BYTES + 1 }
      const asked = request(
        `${agent.url}/v0.4/traces`,
        { method: 'PUT', headers, agent: false },
        response => {
          resolve(response.statusCode)
          asked.destroy()
        },
      )
      asked.on('error', reject)
      asked.flushHeaders()
    })
    assert.equal(status, 413)
    assert.equal(agent.requests()[0].bytes, 0)
  })

  test('comes while a body of unknown length streams in', async () => {
    const answer = await sendTraces(agent.url, body(MAX_BYTES + 1), {
      headers: { 'transfer-encoding': 'chunked' },
    })
    assert.equal(answer.status, 413)
  })

  test('comes for a gzip body that is too long only once inflated', async () => {
    const noise = Array.from({ length: 40_000 }, (_, index) => [wireSpan({ trace_id: index + 1 })])
    const packed = pack(noise)
    assert.ok(packed.length > MAX_BYTES)
    const zipped = gzipSync(packed)
    assert.ok(zipped.length < MAX_BYTES)
    const answer = await sendTraces(agent.url, zipped, { headers: { 'content-encoding': 'gzip' } })
    assert.equal(answer.status, 413)
  })

  test('comes for a gzip body that inflates more than a hundredfold', async () => {
    const bomb = gzipSync(Buffer.alloc(MAX_BYTES - 1))
    const answer = await sendTraces(agent.url, bomb, { headers: { 'content-encoding': 'gzip' } })
    assert.equal(answer.status, 413)
    assert.match(answer.body, /inflates to more than 100 times/)
  })
})

test('400 for a broken gzip body', async () => {
  const answer = await sendTraces(agent.url, Buffer.from('not gzip'), {
    headers: { 'content-encoding': 'gzip' },
  })
  assert.equal(answer.status, 400)
  assert.match(answer.body, /cannot be inflated/)
})

test('415 for a media type or an encoding that is not known', async () => {
  const json = { 'content-type': 'application/json' }
  assert.equal((await sendTraces(agent.url, Buffer.from('[]'), { headers: json })).status, 415)
  const put = { method: 'PUT', path: '/v0.4/traces', body: pack([]) }
  assert.equal((await send(agent.url, put)).status, 415)
  assert.equal((await sendTraces(agent.url, [], { headers: { 'content-encoding': 'br' } })).status, 415)
})

test('takes a media type with parameters', async () => {
  const headers = { 'content-type': 'application/msgpack; charset=utf-8' }
  assert.equal((await sendTraces(agent.url, [], { headers })).status, 200)
})

test('404 for endpoints that are not offered, without counting a decode error', async () => {
  for (const path of ['/telemetry/proxy/api/v2/apmtelemetry', '/v0.6/stats', '/v0.7/config', '/x']) {
    assert.equal((await send(agent.url, { method: 'POST', path, body: Buffer.from('{}') })).status, 404, path)
  }
  assert.equal(agent.stats().intake.decodeErrors, 0)
  assert.equal((await send(agent.url, { path: '/v0.4/traces' })).status, 404)
})

test('429 for the unfinished body that brings all bodies over four times the limit', async () => {
  const sockets = Array.from({ length: 5 }, () => connect(agent.port, '127.0.0.1'))
  const head = `PUT /v0.4/traces HTTP/1.1\r\nHost: x\r\nContent-Type: application/msgpack\r\nContent-Length: ${MAX_BYTES}\r\n\r\n`
  const answered = sockets.map(
    socket =>
      new Promise<string>((resolve, reject) => {
        socket.once('data', data => resolve(data.toString()))
        socket.once('error', reject)
        socket.write(head)
        socket.write(Buffer.alloc(MAX_BYTES - 100))
      }),
  )
  assert.match(await Promise.any(answered), /^HTTP\/1\.1 429 /)
  for (const socket of sockets) socket.destroy()
})

test('notes a connection that breaks in the middle of a body, and stores nothing', async () => {
  const watched = await startTestAgent()
  const socket = connect(watched.port, '127.0.0.1')
  socket.end(
    'PUT /v0.4/traces HTTP/1.1\r\nHost: x\r\nContent-Type: application/msgpack\r\nContent-Length: 9\r\n\r\nab',
  )
  await watched.waitForRequests(([request]) =>
    request?.outcome.startsWith('connection closed before the end'),
  )
  assert.deepEqual(watched.traces(), [])
  await watched.close()
})

test('lists in /info only what works', async () => {
  const answer = await send(agent.url, { path: '/info' })
  const info = JSON.parse(answer.body) as {
    endpoints: string[]
    client_drop_p0s: boolean
    config: Record<string, number>
  }
  assert.deepEqual(info.endpoints, [
    '/v0.3/traces',
    ...TRACE_FORMATS.map(({ path }) => path),
    '/profiling/v1/input',
  ])
  assert.equal(info.client_drop_p0s, false)
  assert.equal(info.config.max_request_bytes, MAX_BYTES)
  assert.equal(info.config.receiver_port, agent.port)
  for (const path of info.endpoints.filter(each => each.endsWith('/traces'))) {
    const body = path === '/v0.5/traces' ? pack([[''], []]) : pack([])
    assert.equal((await sendTraces(agent.url, body, { path })).status, 200, path)
  }
})

test('counts payloads whose trace count header is wrong, and tracers by language and version', async () => {
  const tracer = {
    'datadog-meta-lang': 'nodejs',
    'datadog-meta-lang-version': 'v20',
    'datadog-meta-tracer-version': '1.0',
  }
  await sendTraces(agent.url, [[wireSpan()]], { headers: { ...tracer, 'x-datadog-trace-count': '1' } })
  await sendTraces(agent.url, [[wireSpan()]], { headers: { ...tracer, 'x-datadog-trace-count': '2' } })
  const { intake } = agent.stats()
  assert.equal(intake.wrongTraceCounts, 1)
  assert.equal(intake.payloads, 2)
  assert.equal(intake.bytes, 2 * pack([[wireSpan()]]).length)
  const [{ lastSeenMs, ...one }] = intake.tracers
  assert.ok(lastSeenMs > 0)
  const counts = { payloads: 2, traces: 2, spans: 2, decodeErrors: 0 }
  assert.deepEqual(one, { language: 'nodejs', languageVersion: 'v20', tracerVersion: '1.0', ...counts })
})

test('drops chunks that the Datadog Agent would drop, by its names for the reasons', async () => {
  const chunks = [
    [],
    [wireSpan({ trace_id: 0 })],
    [wireSpan({ span_id: 0 })],
    [wireSpan(), wireSpan({ trace_id: 2n, span_id: 2n })],
    [wireSpan({ trace_id: 3n })],
  ]
  assert.equal((await sendTraces(agent.url, chunks)).status, 200)
  const reasons = { empty_trace: 1, trace_id_zero: 1, span_id_zero: 1, foreign_span: 1 }
  assert.deepEqual(agent.stats().intake.droppedTraces, reasons)
  assert.equal(agent.stats().store.traces, 1)
})
