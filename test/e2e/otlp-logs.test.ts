/** Programs whose logs go to a collector. */

import assert from 'node:assert/strict'
import { describe, type TestContext, test } from 'node:test'
import { type FakeAgent, startFakeAgent } from '../support/fake-agent'
import { logsSentTo } from '../support/otlp-logs'
import { type Ended, fixture, runNode } from '../support/programs'

const WAYS: [way: string, code: number | null, signal: string | null][] = [
  ['end', 0, null],
  ['flush', 0, null],
  ['shutdown', 0, null],
  ['exit', 3, null],
  ['sigterm', null, 'SIGTERM'],
]

async function startCollector(t: TestContext): Promise<FakeAgent> {
  const collector = await startFakeAgent({ route: () => ({ status: 200 }) })
  t.after(() => collector.stop())
  return collector
}

const run = (way: string, collector: FakeAgent, env: Record<string, string> = {}): Promise<Ended> =>
  runNode([fixture('logs.cjs'), way], {
    DD_TRACE_AGENT_URL: collector.url,
    DD_INSTRUMENTATION_TELEMETRY_ENABLED: 'false',
    DD_REMOTE_CONFIGURATION_ENABLED: 'false',
    OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
    DD_SERVICE: 'shop',
    DD_ENV: 'prod',
    DD_VERSION: '1.2.0',
    DD_TAGS: 'team:a',
    ...env,
  })

const ON = { DD_LOGS_OTEL_ENABLED: 'true', API: 'true' }

describe('logs', () => {
  for (const [way, code, signal] of WAYS) {
    for (const protocol of ['http/protobuf', 'http/json']) {
      test(`arrive in ${protocol} from a program that ends by ${way}`, async t => {
        const collector = await startCollector(t)
        const ended = await run(way, collector, { ...ON, OTEL_EXPORTER_OTLP_PROTOCOL: protocol })
        assert.deepEqual([ended.code, ended.signal, ended.stderr], [code, signal, ''])
        const records = logsSentTo(collector)
        assert.deepEqual(records.map(record => record.body).sort(), ['api', 'direct', 'early', 'failed'])
        const { traceId, spanId } = JSON.parse(ended.stdout.split('\n')[0])
        for (const record of records) {
          assert.deepEqual([record.traceId, record.spanId], [traceId, spanId], String(record.body))
          const { resource } = record
          assert.deepEqual(
            ['service.name', 'service.version', 'deployment.environment.name', 'team'].map(
              name => resource[name],
            ),
            ['shop', '1.2.0', 'prod', 'a'],
          )
        }
        const of = (body: string) => records.find(record => record.body === body)
        assert.deepEqual([of('direct')?.severityNumber, of('direct')?.attributes], [9, { order: 5 }])
        assert.equal(of('failed')?.attributes['exception.type'], 'TypeError')
        assert.deepEqual(of('api')?.scope, { name: 'library', version: '1.2' })
        assert.equal(of('direct')?.scope.name, 'tracer')
      })
    }
  }

  test('go to an endpoint of their own, with headers of their own, compressed', async t => {
    const collector = await startCollector(t)
    const ended = await run('end', collector, {
      ...ON,
      OTEL_EXPORTER_OTLP_LOGS_ENDPOINT: `${collector.url}/intake/v1/logs?a=b`,
      OTEL_EXPORTER_OTLP_LOGS_HEADERS: 'api-key=k',
      OTEL_EXPORTER_OTLP_COMPRESSION: 'gzip',
    })
    assert.deepEqual([ended.code, ended.stderr], [0, ''])
    const [request] = collector.others.filter(({ path }) => path.includes('logs'))
    assert.equal(request.path, '/intake/v1/logs?a=b')
    assert.deepEqual([request.headers['api-key'], request.headers['content-encoding']], ['k', 'gzip'])
  })

  test('are not sent, and none of their modules is loaded, by default', async t => {
    const collector = await startCollector(t)
    const ended = await run('end', collector)
    assert.deepEqual([ended.code, ended.stdout.split('\n')[1]], [0, '0'])
    assert.match(
      ended.stderr,
      /^tracer: warn: tracer\.logs sends nothing: DD_LOGS_OTEL_ENABLED is not set\n$/,
    )
    assert.deepEqual(logsSentTo(collector), [])
    assert.equal(collector.payloads.length, 1, 'traces are')
  })

  test('are lost without disturbing the program when no collector answers', async t => {
    const collector = await startCollector(t)
    const ended = await run('end', collector, { ...ON, OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:1' })
    assert.equal(ended.code, 0)
    assert.match(ended.stderr, /tracer: warn: collector at http:\/\/127\.0\.0\.1:1 cannot be reached/)
  })
})
