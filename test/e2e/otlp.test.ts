/** Programs that send to an OpenTelemetry collector, however they end and whatever it does. */

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { describe, test } from 'node:test'
import { type Answer, type FakeAgent, startFakeAgent } from '../support/fake-agent'
import { type OtlpSpan, spansSentTo } from '../support/otlp'
import { type Ended, fixture, INIT, runNode, startApp } from '../support/programs'
import { TLS } from '../support/tls'

const PROTOCOLS = ['http/protobuf', 'http/json']
const OK: Answer = { status: 200 }

async function startCollector(t: { after(fn: () => unknown): void }): Promise<FakeAgent> {
  const collector = await startFakeAgent({ answer: () => OK })
  t.after(() => collector.stop())
  return collector
}

function run(way: string, endpoint: string, env: Record<string, string> = {}): Promise<Ended> {
  return runNode([fixture('otlp-express.cjs'), way], {
    OTEL_TRACES_EXPORTER: 'otlp',
    OTEL_EXPORTER_OTLP_ENDPOINT: endpoint,
    OTEL_SERVICE_NAME: 'shop',
    ...env,
  })
}

function named(spans: readonly OtlpSpan[], name: string): OtlpSpan {
  const found = spans.find(span => span.name === name)
  assert.ok(found, `${name} is none of ${spans.map(span => span.name)}`)
  return found
}

describe('an express program', () => {
  for (const protocol of PROTOCOLS) {
    test(`sends its spans in ${protocol}`, async t => {
      const collector = await startCollector(t)
      const ended = await run('end', collector.url, {
        OTEL_EXPORTER_OTLP_PROTOCOL: protocol,
        OTEL_EXPORTER_OTLP_HEADERS: 'authorization=Bearer%20x',
        OTEL_RESOURCE_ATTRIBUTES: 'service.version=1.2,deployment.environment.name=test,team=a',
        FLUSH: '1',
      })
      assert.deepEqual([ended.code, ended.stderr], [0, ''])
      assert.equal(collector.others.length, 0, 'nobody asks a collector for /info')
      for (const { method, path, headers } of collector.payloads) {
        assert.deepEqual([method, path, headers.authorization], ['POST', '/v1/traces', 'Bearer x'])
        assert.match(String(headers['user-agent']), /^tracer-otlp-exporter-nodejs\/\d/)
      }
      const spans = spansSentTo(collector)
      const server = named(spans, 'GET /users/:id')
      assert.equal(server.kind, 2)
      assert.deepEqual(server.status, { code: 0, message: '' })
      const { 'url.full': url, 'server.address': _host, ...attributes } = server.attributes
      assert.match(String(url), /^http:\/\/127\.0\.0\.1:\d+\/users\/0\?<redacted>$/)
      assert.deepEqual(
        [
          attributes['http.request.method'],
          attributes['http.response.status_code'],
          attributes['http.route'],
        ],
        ['GET', 200, '/users/:id'],
      )
      assert.deepEqual([attributes['url.scheme'], attributes['url.path']], ['http', '/users/0'])
      assert.deepEqual(
        Object.keys(attributes).filter(name => /^_|^http\.(method|url|status_code)$/.test(name)),
        [],
      )
      const { resource } = server
      assert.deepEqual(
        ['service.name', 'service.version', 'deployment.environment.name', 'team'].map(
          name => resource[name],
        ),
        ['shop', '1.2', 'test', 'a'],
      )
      const query = named(spans, 'SELECT')
      assert.deepEqual([query.parentSpanId, query.traceId], [server.spanId, server.traceId])
      assert.equal(query.resource['service.name'], 'shop-db')
      assert.equal(query.attributes['db.query.text'], 'SELECT ?')
      const failed = named(spans, 'GET /fail')
      assert.deepEqual([failed.status.code, failed.status.message], [2, 'too far'])
      assert.equal(failed.events[0].attributes['exception.type'], 'RangeError')
      // Its requests to itself, and none to the collector.
      const clients = spans.filter(({ kind }) => kind === 3)
      for (const { attributes } of clients) assert.doesNotMatch(String(attributes['url.full']), /v1\/traces/)
    })

    for (const [way, code, signal] of [
      ['exit', 3, null],
      ['sigterm', null, 'SIGTERM'],
      ['shutdown', 0, null],
      ['end', 0, null],
    ] as const) {
      test(`loses nothing when it ends by ${way} in ${protocol}`, async t => {
        const collector = await startCollector(t)
        const ended = await run(way, collector.url, { OTEL_EXPORTER_OTLP_PROTOCOL: protocol, REQUESTS: '50' })
        assert.deepEqual([ended.code, ended.signal, ended.stderr], [code, signal, ''])
        const names = spansSentTo(collector).map(({ name }) => name)
        assert.equal(names.filter(name => name === 'GET /users/:id').length, 50)
      })
    }
  }

  test('sends through TLS', async t => {
    const paths: unknown[] = []
    const server = createServer(TLS, (request, response) => {
      paths.push(request.url)
      request.resume().on('end', () => response.end())
    })
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
    t.after(() => server.close())
    const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}/otlp`
    const ended = await run('shutdown', url, { NODE_TLS_REJECT_UNAUTHORIZED: '0', NODE_NO_WARNINGS: '1' })
    assert.equal(ended.stderr, '')
    assert.deepEqual([...new Set(paths)], ['/otlp/v1/traces'])
  })
})

describe('a collector', () => {
  test('gets what waited when it starts late', async t => {
    const collector = await startCollector(t)
    const { url } = collector
    await collector.stop()
    const program = `
      const tracer = require('tracer').init()
      const { connect } = require('node:net')
      const whenUp = done => connect(process.env.COLLECTOR_PORT, '127.0.0.1', done).on('error', () => setTimeout(whenUp, 20, done))
      tracer.startSpan('early').finish()
      tracer.flush().then(result => {
        console.log(JSON.stringify(result), 'listening on 0')
        whenUp(async function () {
          this.destroy()
          tracer.startSpan('late').finish()
          await tracer.flush()
        })
      })`
    const app = await startApp(['--eval', program], {
      OTEL_TRACES_EXPORTER: 'otlp',
      OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `${url}/any/traces`,
      COLLECTOR_PORT: new URL(url).port,
    })
    const closed = once(app.child, 'close')
    await collector.start()
    assert.deepEqual(await closed, [0, null], app.stderr())
    assert.deepEqual(
      spansSentTo(collector)
        .map(({ name }) => name)
        .filter(name => /early|late/.test(name)),
      ['early', 'late'],
    )
    assert.ok(collector.payloads.every(({ path }) => path === '/any/traces'))
  })

  test('gets another request after its 429 and Retry-After', async t => {
    const collector = await startCollector(t)
    collector.answer = (_, index) => (index === 0 ? { status: 429, headers: { 'Retry-After': '1' } } : OK)
    const program = `
      const tracer = require('tracer').init()
      tracer.startSpan('patient').finish()
      setInterval(() => {}, 1000)
      console.log('listening on no port: 0')`
    const env = {
      OTEL_TRACES_EXPORTER: 'otlp',
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
      OTEL_BSP_SCHEDULE_DELAY: '0',
    }
    const app = await startApp(['--eval', program], env)
    await collector.received(2)
    assert.equal((await app.stop()).stderr, '')
    assert.deepEqual(
      collector.payloads.map(({ body }) => body.equals(collector.payloads[0].body)),
      [true, true],
    )
  })

  test('costs the program nothing but a line of the log when it is not there', async () => {
    const ended = await run('exit', 'http://127.0.0.1:1')
    assert.deepEqual([ended.code, ended.signal], [3, null])
    assert.match(ended.stderr, /^tracer: warn: .*(lost|cannot be reached)/)
  })

  test('gets no trace that is not sampled, and every other one', async t => {
    const collector = await startCollector(t)
    const program = `
      const tracer = require('tracer').init()
      for (const flags of ['00', '01']) {
        const headers = { traceparent: '00-1111111111111111000000000000000' + flags[1] + '-0000000000000001-' + flags }
        headers.traceparent = headers.traceparent.replace(/0000-/, '0009-')
        tracer.startSpan('remote' + flags, { childOf: tracer.extract('http_headers', headers) }).finish()
      }
      for (let index = 0; index < 200; index++) tracer.startSpan('local').finish()
      tracer.shutdown()`
    const env = { OTEL_TRACES_EXPORTER: 'otlp', OTEL_EXPORTER_OTLP_ENDPOINT: collector.url }
    const ended = await runNode(['--eval', program], env)
    assert.equal(ended.stderr, '')
    const names = spansSentTo(collector).map(({ name }) => name)
    assert.deepEqual(
      [names.length, names.includes('remote01'), names.includes('remote00')],
      [201, true, false],
    )
  })
})

test('only a program that sends protobuf loads its library', async t => {
  const collector = await startCollector(t)
  const program = `
    require(${JSON.stringify(INIT)})
    const tracer = require('tracer')
    tracer.startSpan('x').finish()
    tracer.shutdown().then(() => console.log(Object.keys(require.cache).filter(name => /protobufjs/.test(name)).length))`
  const loaded = async (env: Record<string, string>) =>
    Number((await runNode(['--eval', program], env)).stdout)
  assert.equal(await loaded({ DD_TRACE_AGENT_URL: collector.url }), 0)
  const env = { OTEL_TRACES_EXPORTER: 'otlp', OTEL_EXPORTER_OTLP_ENDPOINT: collector.url }
  assert.equal(await loaded({ ...env, OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json' }), 0)
  assert.ok((await loaded(env)) > 0)
})
