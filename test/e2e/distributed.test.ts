/** One trace across two services, whichever headers the first caller sends. */

import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { startTestAgent, type TestAgent } from '../../src/testing/index'
import { type App, fixture, INIT, startApp } from '../support/programs'

let agent: TestAgent
let first: App
let second: App

before(async () => {
  agent = await startTestAgent()
  const preloaded = ['--require', INIT, fixture('hop.cjs')]
  // The first of the calls opens a connection, which is a span as well.
  const env = { ...agent.env, DD_TRACE_NET_ENABLED: 'false' }
  second = await startApp(preloaded, { ...env, DD_SERVICE: 'second' })
  first = await startApp(preloaded, { ...env, DD_SERVICE: 'first', NEXT_URL: second.url })
})
after(async () => {
  await first?.stop()
  await second?.stop()
  await agent?.close()
})

interface Answer {
  headers: Record<string, string>
}

async function call(headers: Record<string, string>) {
  agent.clear()
  const response = await fetch(`${first.url}/hop/start`, { headers })
  const { headers: seen } = (await response.json()) as Answer
  const [trace, ...others] = await agent.waitForTraces(
    traces => traces.flatMap(each => each.spans).length === 3,
  )
  assert.equal(others.length, 0, 'one trace')
  const byName = (service: string, name: string) => {
    const found = trace.spans.find(span => span.service === service && span.name === name)
    assert.ok(found !== undefined, `${name} of ${service}`)
    return found
  }
  const entry = byName('first', 'express.request')
  const client = byName('first', 'http.request')
  const inner = byName('second', 'express.request')
  assert.equal(client.parentId, entry.spanId)
  assert.equal(inner.parentId, client.spanId)
  assert.equal(entry.resource, 'GET /hop/:name')
  assert.equal(inner.meta['http.url'], `${second.url}/hop/next?<redacted>`)
  assert.equal(client.meta['http.url'], `${second.url}/hop/next`)
  return { entry, client, inner, seen }
}

describe('a request', () => {
  test('has the caller of its Datadog headers as parent, and passes its priority and tags on', async () => {
    const { entry, inner, seen } = await call({
      'x-datadog-trace-id': '1234567890123456789',
      'x-datadog-parent-id': '987654321',
      'x-datadog-sampling-priority': '2',
      'x-datadog-origin': 'synthetics',
      'x-datadog-tags': '_dd.p.dm=-4,_dd.p.tid=640cfd8d00000000,_dd.p.team=core',
    })
    assert.equal(entry.traceId, 1234567890123456789n)
    assert.equal(entry.parentId, 987654321n)
    for (const span of [entry, inner]) {
      assert.equal(span.metrics._sampling_priority_v1, 2)
      assert.equal(span.meta['_dd.p.dm'], '-4')
      assert.equal(span.meta['_dd.p.tid'], '640cfd8d00000000')
      assert.equal(span.meta['_dd.p.team'], 'core')
      assert.equal(span.meta['_dd.origin'], 'synthetics')
    }
    assert.equal(seen['x-datadog-trace-id'], '1234567890123456789')
    assert.match(seen.traceparent, /^00-640cfd8d00000000112210f47de98115-[0-9a-f]{16}-01$/)
  })

  test('has the caller of a lone traceparent as parent, and its flag as priority', async () => {
    for (const [flags, priority] of [
      ['01', 1],
      ['00', 0],
    ] as const) {
      const { entry, inner, seen } = await call({
        traceparent: `00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-${flags}`,
        tracestate: 'vendor=kept',
      })
      assert.equal(entry.traceId, 0xa3ce929d0e0e4736n)
      assert.equal(entry.parentId, 0x00f067aa0ba902b7n)
      for (const span of [entry, inner]) {
        assert.equal(span.metrics._sampling_priority_v1, priority)
        assert.equal(span.meta['_dd.p.tid'], '4bf92f3577b34da6')
      }
      assert.match(seen.tracestate, /^dd=s:\d;.*,vendor=kept$/)
      assert.equal(seen['x-datadog-sampling-priority'], String(priority))
    }
  })

  test('starts a new trace, which is kept, without headers', async () => {
    const { entry, inner } = await call({})
    assert.equal(entry.parentId, 0n)
    assert.equal(entry.traceId, entry.spanId)
    assert.equal(entry.metrics._sampling_priority_v1, 1)
    assert.equal(inner.metrics._sampling_priority_v1, 1)
  })

  test('loses no span with nonsense in every header', async () => {
    const nonsense: Record<string, string>[] = [
      { 'x-datadog-trace-id': 'x', 'x-datadog-parent-id': '-1', 'x-datadog-sampling-priority': 'maybe' },
      { traceparent: '00-0-0-0', tracestate: '=,=;;dd=' },
      { 'x-datadog-trace-id': '99999999999999999999999', 'x-datadog-tags': ',,,=' },
      { baggage: '%%%=%;;;,=', traceparent: 'ff-'.repeat(500) },
    ]
    for (const headers of nonsense) {
      const { entry } = await call(headers)
      assert.equal(entry.parentId, 0n)
    }
  })
})
