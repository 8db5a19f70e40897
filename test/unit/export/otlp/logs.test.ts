/** Delivery of logs to a collector: batches, bounds, and losses. */

import assert from 'node:assert/strict'
import { describe, type TestContext, test } from 'node:test'
import { readCounters } from '../../../../src/core/tracer-counters'
import { Transport } from '../../../../src/core/transport'
import { LogExporter, type LogExporterOptions } from '../../../../src/export/otlp/logs/exporter'
import { protobuf } from '../../../../src/export/otlp/logs/protobuf'
import { severityOf } from '../../../../src/export/otlp/logs/severity'
import { type Answer, type FakeAgent, startFakeAgent } from '../../../support/fake-agent'
import { catchLog } from '../../../support/log-lines'
import { logsSentTo } from '../../../support/otlp-logs'

const SCOPE = { name: 'shop', version: '' }

interface Sending {
  collector: FakeAgent
  exporter: LogExporter
  lines: string[]
}

async function sending(
  t: TestContext,
  options: Partial<LogExporterOptions> = {},
  route: () => Answer = () => ({ status: 200 }),
): Promise<Sending> {
  const lines = catchLog()
  const collector = await startFakeAgent({ route })
  const transport = new Transport(collector.url)
  const exporter = new LogExporter({
    transport,
    path: '/v1/logs',
    format: protobuf,
    resource: { 'service.name': 'shop' },
    delayMs: 60_000,
    random: () => 0,
    ...options,
  })
  t.after(async () => {
    await exporter.shutdown(0)
    transport.close()
    await collector.stop()
  })
  return { collector, exporter, lines }
}

const bodies = (collector: FakeAgent) => logsSentTo(collector).map(record => record.body)

test('a batch leaves when it has the configured number of records', async t => {
  const { collector, exporter } = await sending(t, { batchRecords: 3 })
  for (const body of [1, 2]) exporter.emit({ body }, SCOPE)
  assert.ok(exporter.byteLength > 0)
  assert.equal(collector.others.length, 0)
  exporter.emit({ body: 3 }, SCOPE)
  await collector.until(() => collector.others.length === 1)
  assert.deepEqual(bodies(collector), [1, 2, 3])
})

test('a batch leaves when it has the configured number of bytes', async t => {
  const { collector, exporter } = await sending(t, { batchBytes: 1000 })
  exporter.emit({ body: 'x'.repeat(1000) }, SCOPE)
  await collector.until(() => collector.others.length === 1)
  assert.equal(bodies(collector).length, 1)
})

test('a flush sends what waits', async t => {
  const { collector, exporter } = await sending(t)
  exporter.emit({ body: 'one' }, SCOPE)
  assert.deepEqual(await exporter.flush(), { sent: 1, dropped: 0, timedOut: false })
  assert.deepEqual(bodies(collector), ['one'])
  assert.equal(exporter.byteLength, 0)
  assert.equal(collector.others[0].headers['content-type'], 'application/x-protobuf')
})

test('beyond the limit the oldest records are dropped and logged, and not counted as traces', async t => {
  const { exporter, lines, collector } = await sending(t, { batchRecords: 2, queueSpans: 4 })
  await collector.stop()
  const before = readCounters().spansDropped
  for (let body = 0; body < 20; body++) exporter.emit({ body }, SCOPE)
  const { dropped } = await exporter.shutdown(100)
  assert.equal(dropped, 20)
  assert.ok(lines.some(line => /logs (are lost|dropped in total)/.test(line)))
  assert.ok(!lines.some(line => line.includes('traces')), lines.join('\n'))
  assert.deepEqual(readCounters().spansDropped, before)
})

test('the log says how many records a collector rejects', async t => {
  const body = JSON.stringify({ partialSuccess: { rejectedLogRecords: '1', errorMessage: 'too old' } })
  const { exporter, lines } = await sending(t, {}, () => ({
    status: 200,
    body,
    headers: { 'content-type': 'application/json' },
  }))
  exporter.emit({ body: 'one' }, SCOPE)
  await exporter.flush()
  assert.match(lines.join('\n'), /warn: collector at .* rejects 1 logs: too old/)
})

test('a record that cannot be encoded does not stop those behind it', async t => {
  const { collector, exporter } = await sending(t)
  exporter.emit(
    {
      get body(): string {
        throw new Error('getter')
      },
    },
    SCOPE,
  )
  exporter.emit({ body: 'good', severity: 'error' }, SCOPE)
  await exporter.flush()
  assert.deepEqual(bodies(collector), ['good'])
})

test('after shutdown, nothing is taken', async t => {
  const { collector, exporter } = await sending(t)
  await exporter.shutdown()
  exporter.emit({ body: 'late' }, SCOPE)
  assert.equal(exporter.byteLength, 0)
  assert.equal(collector.others.length, 0)
})

describe('severities', () => {
  const cases: [unknown, number, string][] = [
    ['info', 9, 'info'],
    ['WARN', 13, 'WARN'],
    ['warning', 13, 'warning'],
    ['fatal', 21, 'fatal'],
    ['audit', 0, 'audit'],
    [1, 1, 'TRACE'],
    [24, 24, 'FATAL4'],
    [25, 0, ''],
    [0, 0, ''],
    [Number.NaN, 0, ''],
    [undefined, 0, ''],
  ]
  for (const [given, severity, severityText] of cases) {
    test(`${String(given)} is ${severity}`, () =>
      assert.deepEqual(severityOf(given), { severity, severityText }))
  }
})
