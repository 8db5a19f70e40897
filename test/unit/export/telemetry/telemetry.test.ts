/** Telemetry over real sockets: the messages, their order, and the effect of the answers. */

import assert from 'node:assert/strict'
import { hostname } from 'node:os'
import { describe, test } from 'node:test'
import { type Config, resolveConfig } from '../../../../src/core/config/resolve'
import { runtimeId } from '../../../../src/core/runtime-id'
import { countResponse, countSent, resetCounters } from '../../../../src/core/tracer-counters'
import { Transport } from '../../../../src/core/transport'
import { Dependencies } from '../../../../src/export/telemetry/dependencies'
import type { Integration } from '../../../../src/export/telemetry/events'
import { Telemetry } from '../../../../src/export/telemetry/index'
import { type Answer, startFakeAgent } from '../../../support/fake-agent'
import { catchLog } from '../../../support/log-lines'
import { eventsTo, eventTo, messagesTo, payloadOf, TELEMETRY_PATH } from '../../../support/telemetry'

const ACCEPTED: Answer = { status: 202 }
const express: Integration = { name: 'express', version: '5.1.0', enabled: true, isBroken: false }

/** Starts telemetry with an agent of its own. `answer`: answers to the messages, counted from 0. */
async function telling(
  t: { after(fn: () => unknown): void },
  { env = {}, answer = (_index: number): Answer => ACCEPTED, onCollect = (): void => {} } = {},
) {
  catchLog('off')
  resetCounters()
  let asked = 0
  const agent = await startFakeAgent({ route: () => answer(asked++) })
  const transport = new Transport(agent.url)
  const config: Config = resolveConfig(
    { service: 'shop', env: 'prod', version: '4' },
    { DD_TELEMETRY_HEARTBEAT_INTERVAL: '0.1', ...env },
  )
  const integrations: Integration[] = []
  const telemetry = new Telemetry({
    config,
    transport,
    tracerVersion: '1.2.3',
    integrations: () => integrations,
    patched() {
      onCollect()
      return new Map([['express', '5.1.0']])
    },
  })
  t.after(async () => {
    telemetry.stop()
    transport.close()
    await agent.stop()
  })
  const types = (): string[] => eventsTo(agent).map(({ request_type }) => request_type)
  // To look for packages may take longer than the heartbeat of these tests.
  const news = (): string[] => types().filter(type => type !== 'app-heartbeat')
  const count = (type: string): number => types().filter(each => each === type).length
  return { agent, config, transport, telemetry, integrations, types, news, count }
}

describe('telemetry', () => {
  test('starts with app-started, reports what is loaded, and sends heartbeats', async t => {
    const { agent, telemetry, integrations, news, count } = await telling(t)
    integrations.push(express)
    telemetry.start()
    await agent.until(() => count('app-heartbeat') >= 2)
    assert.deepEqual(news().slice(0, 3), [
      'app-started',
      'app-integrations-change',
      'app-dependencies-loaded',
    ])
    assert.equal(count('app-started'), 1)
    assert.equal(count('app-integrations-change'), 1)
    assert.equal(count('app-extended-heartbeat'), 0)
    assert.equal(agent.connections, 1)
    const { configuration, products } = payloadOf<{
      configuration: { name: string; value: unknown; origin: string; seq_id: number }[]
      products: unknown
    }>(agent, 'app-started')
    assert.deepEqual(products, { appsec: { enabled: false }, profiler: { enabled: false } })
    const service = configuration.find(({ name }) => name === 'DD_SERVICE')
    assert.deepEqual([service?.value, service?.origin], ['shop', 'code'])
    assert.deepEqual(
      configuration.map(({ seq_id }) => seq_id),
      configuration.map((_, index) => index + 1),
    )
    assert.deepEqual(eventTo(agent, 'app-integrations-change')?.payload, {
      integrations: [{ name: 'express', version: '5.1.0', enabled: true, auto_enabled: true }],
    })
    const { dependencies } = payloadOf<{
      dependencies: { name: string; version: string }[]
    }>(agent, 'app-dependencies-loaded')
    assert.ok(dependencies.some(({ name, version }) => name === 'undici' && /^\d+\.\d+/.test(version)))
    assert.ok(dependencies.some(({ name }) => name === 'express'))
    assert.ok(dependencies.every(({ name }) => /^(@[^/]+\/)?[^/]+$/.test(name)))
  })

  test('identifies itself in each message, and numbers the messages', async t => {
    const { agent, telemetry, count } = await telling(t)
    telemetry.start()
    await agent.until(() => count('app-heartbeat') >= 2)
    const messages = messagesTo(agent)
    assert.deepEqual(
      messages.map(({ seq_id }) => seq_id),
      messages.map((_, index) => index + 1),
    )
    for (const [index, message] of messages.entries()) {
      const { headers, method } = agent.others[index]
      assert.equal(method, 'POST')
      assert.equal(headers['dd-telemetry-request-type'], message.request_type)
      assert.equal(headers['dd-telemetry-api-version'], 'v2')
      assert.equal(headers['dd-client-library-language'], 'nodejs')
      assert.equal(headers['dd-client-library-version'], '1.2.3')
      assert.equal(headers['content-type'], 'application/json')
      assert.deepEqual(
        [message.api_version, message.naming_schema_version, message.runtime_id],
        ['v2', 'v0', runtimeId],
      )
      assert.ok(Math.abs(message.tracer_time - Date.now() / 1000) < 60)
      const { process_tags, ...application } = message.application
      assert.deepEqual(application, {
        service_name: 'shop',
        env: 'prod',
        service_version: '4',
        tracer_version: '1.2.3',
        language_name: 'nodejs',
        language_version: process.versions.node,
      })
      assert.match(String(process_tags), /entrypoint\.name:/)
      assert.equal(message.host.hostname, hostname())
    }
  })

  test('reports each change of an integration and of a setting once', async t => {
    const { agent, config, telemetry, integrations, count } = await telling(t)
    integrations.push(express)
    telemetry.start()
    await agent.until(() => count('app-heartbeat') === 1)
    integrations[0] = { ...express, enabled: false, isBroken: true }
    const live = config as { sampleRate: number; origins: Record<string, string> }
    live.sampleRate = 0.5
    live.origins.sampleRate = 'remote_config'
    telemetry.configurationChanged()
    await agent.until(() => count('app-heartbeat') === 3)
    assert.equal(count('app-integrations-change'), 2)
    assert.equal(count('app-client-configuration-change'), 1)
    const { configuration } = payloadOf<{
      configuration: { seq_id: number }[]
    }>(agent, 'app-client-configuration-change')
    const first = eventTo(agent, 'app-started')?.payload.configuration as unknown[]
    assert.deepEqual(configuration, [
      { name: 'DD_TRACE_SAMPLE_RATE', value: 0.5, origin: 'remote_config', seq_id: first.length + 1 },
    ])
    const [, change] = eventsTo(agent).filter(each => each.request_type === 'app-integrations-change')
    assert.deepEqual(change.payload.integrations, [
      {
        name: 'express',
        version: '5.1.0',
        enabled: false,
        auto_enabled: true,
        error: 'switched off after too many failures',
      },
    ])
  })

  test('reports everything again with an extended heartbeat', async t => {
    const env = { DD_TELEMETRY_EXTENDED_HEARTBEAT_INTERVAL: '0.1' }
    const { agent, telemetry, integrations, count } = await telling(t, { env })
    integrations.push(express)
    telemetry.start()
    await agent.until(() => count('app-extended-heartbeat') === 2)
    const event = eventTo(agent, 'app-extended-heartbeat')
    for (const list of ['configuration', 'integrations', 'dependencies'])
      assert.notDeepEqual(event?.payload[list], [], list)
  })

  test('reports the increase of counters, not their totals', async t => {
    const { agent, telemetry, count } = await telling(t)
    countSent(2, 5, 100)
    countResponse(200)
    telemetry.start()
    await agent.until(() => count('generate-metrics') === 1)
    countSent(1, 1, 100)
    countResponse(500)
    await agent.until(() => count('generate-metrics') === 2)
    const told = eventsTo(agent)
      .filter(({ request_type }) => request_type === 'generate-metrics')
      .map(({ payload }) => {
        assert.equal(payload.namespace, 'tracers')
        const series = payload.series as { metric: string; tags: string[]; points: [number, number][] }[]
        return Object.fromEntries(
          series.map(({ metric, tags, points }) => [[metric, ...tags].join(' '), points[0][1]]),
        )
      })
    assert.deepEqual(told, [
      {
        spans_finished: 5,
        trace_chunks_sent: 2,
        'trace_api.requests': 1,
        'trace_api.responses status_code:200': 1,
      },
      {
        spans_finished: 1,
        trace_chunks_sent: 1,
        'trace_api.requests': 1,
        'trace_api.responses status_code:500': 1,
        'trace_api.errors type:status_code': 1,
      },
    ])
  })

  test('leaves out what is switched off', async t => {
    const env = {
      DD_TELEMETRY_METRICS_ENABLED: 'false',
      DD_TELEMETRY_DEPENDENCY_COLLECTION_ENABLED: 'false',
    }
    const { agent, telemetry, types, count } = await telling(t, { env })
    countSent(2, 5, 100)
    telemetry.start()
    await agent.until(() => count('app-heartbeat') === 1)
    assert.deepEqual(types(), ['app-started', 'app-heartbeat'])
  })

  for (const [what, lost] of [
    ['answers 500', { status: 500 }],
    ['answers 429', { status: 429 }],
    ['resets the connection', 'reset'],
  ] as [string, Answer][]) {
    test(`repeats a message once, with the same number, when the agent ${what}`, async t => {
      const { agent, telemetry, count } = await telling(t, {
        answer: index => (index === 0 ? lost : ACCEPTED),
      })
      telemetry.start()
      await agent.until(() => count('app-heartbeat') === 1)
      assert.equal(count('app-started'), 2)
      assert.deepEqual(
        messagesTo(agent)
          .slice(0, 3)
          .map(({ seq_id }) => seq_id),
        [1, 1, 2],
      )
    })
  }

  test('begins again later when app-started is lost twice, and then reports what has come meanwhile', async t => {
    const answer = (index: number): Answer => (index < 2 ? { status: 503 } : ACCEPTED)
    const { agent, telemetry, news, count } = await telling(t, { answer })
    telemetry.start()
    await agent.until(() => count('app-dependencies-loaded') === 1)
    assert.deepEqual(news().slice(0, 4), [
      'app-started',
      'app-started',
      'app-started',
      'app-dependencies-loaded',
    ])
  })

  test('reports lost news with the next message', async t => {
    const answer = (index: number): Answer => (index === 1 || index === 2 ? 'reset' : ACCEPTED)
    const { agent, telemetry, count, types } = await telling(t, { answer })
    countSent(2, 5, 100)
    telemetry.start()
    await agent.until(() => types().length >= 8)
    assert.equal(count('generate-metrics'), 3)
    assert.equal(count('app-dependencies-loaded'), 3)
    const last = eventsTo(agent).findLast(({ request_type }) => request_type === 'generate-metrics')
    assert.match(JSON.stringify(last), /"spans_finished","points":\[\[\d+,5\]\]/)
  })

  test('is not repeated to an agent that refuses it', async t => {
    const { agent, telemetry, count } = await telling(t, { answer: () => ({ status: 400 }) })
    telemetry.start()
    await agent.until(() => count('app-heartbeat') === 1)
    assert.equal(count('app-started'), 1)
  })

  test('ends with the first 404', async t => {
    const { agent, telemetry } = await telling(t, { answer: () => ({ status: 404 }) })
    const busy = await telling(t)
    telemetry.start()
    busy.telemetry.start()
    await busy.agent.until(() => busy.count('app-heartbeat') >= 3)
    assert.deepEqual(
      agent.others.map(({ path }) => path),
      [TELEMETRY_PATH],
    )
  })

  test('sends app-started to the next agent, and continues the numbers', async t => {
    const { agent, telemetry, transport, count } = await telling(t)
    const next = await telling(t)
    telemetry.start()
    await agent.until(() => count('app-heartbeat') === 1)
    transport.setUrl(next.agent.url)
    telemetry.reset()
    telemetry.start()
    await next.agent.until(() => next.types().includes('app-dependencies-loaded'))
    assert.equal(next.types()[0], 'app-started')
    assert.ok(messagesTo(next.agent)[0].seq_id > 2)
  })

  test('a message on its way when the agent changes does not count as app-started for the next one', async t => {
    const next = await telling(t)
    const { telemetry, transport } = await telling(t, {
      answer() {
        transport.setUrl(next.agent.url)
        telemetry.reset()
        telemetry.start()
        return ACCEPTED
      },
    })
    telemetry.start()
    await next.agent.until(() => next.types().includes('app-dependencies-loaded'))
    assert.equal(next.types()[0], 'app-started')
  })

  test('sends app-closing with all that is new, if the agent knows the process', async t => {
    const { agent, telemetry, types, count } = await telling(t)
    await telemetry.closing()(1000)
    assert.deepEqual(types(), [])
    telemetry.start()
    await agent.until(() => count('app-heartbeat') === 1)
    countSent(1, 1, 10)
    await telemetry.closing()(1000)
    assert.deepEqual(types().slice(-2), ['generate-metrics', 'app-closing'])
    assert.equal(messagesTo(agent).at(-1)?.request_type, 'message-batch')
  })

  test('sends nothing after app-closing, also if packages were being looked for meanwhile', async t => {
    let collections = 0
    let last: Promise<unknown> | undefined
    const { agent, telemetry, transport, types } = await telling(t, {
      onCollect() {
        if (++collections > 1) return
        last = telemetry.closing()(1000)
        telemetry.stop()
      },
    })
    telemetry.start()
    await agent.until(() => types().includes('app-closing'))
    await last
    // Reads the same files, after telemetry has begun to.
    await new Dependencies(() => new Map()).collect()
    await transport.request({ method: 'GET', path: '/marker' })
    assert.deepEqual(types(), ['app-started', 'app-closing'])
  })

  test('waits for app-closing no longer than its limit', async t => {
    const { agent, telemetry, count } = await telling(t, { answer: index => (index < 2 ? ACCEPTED : 'hang') })
    telemetry.start()
    await agent.until(() => count('app-dependencies-loaded') === 1)
    await telemetry.closing()(20)
    assert.equal(count('app-closing'), 1)
  })
})
