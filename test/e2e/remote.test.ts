/** Remote configuration of a whole program: each field, seen from outside while the program runs. */

import assert from 'node:assert/strict'
import { get } from 'node:http'
import { after, before, describe, test } from 'node:test'
import { Unpackr } from 'msgpackr'
import { type FakeAgent, infoAnswer, startFakeAgent } from '../support/fake-agent'
import { type App, fixture, startApp } from '../support/programs'
import { CONFIG_PATH, type Files, RemoteBackend, tracingPath } from '../support/remote'

interface Span {
  name: string
  meta: Record<string, string>
  metrics: Record<string, number>
}

const unpackr = new Unpackr({ useRecords: false, int64AsType: 'bigint' })
const PATH = tracingPath('a')

function read(url: string): Promise<Record<string, unknown>> {
  return new Promise((resolve, reject) => {
    get(url, { agent: false, headers: { 'x-asked': 'why' } }, res => {
      let text = ''
      res.setEncoding('utf8').on('data', part => {
        text += part
      })
      res.on('end', () => resolve(JSON.parse(text)))
    }).on('error', reject)
  })
}

describe('a running program', () => {
  const backend = new RemoteBackend()
  let agent: FakeAgent
  let app: App

  before(async () => {
    agent = await startFakeAgent({
      info: () => infoAnswer({ endpoints: ['/v0.4/traces', CONFIG_PATH] }),
      route: backend.route,
    })
    app = await startApp([fixture('remote.cjs')], {
      DD_TRACE_AGENT_URL: agent.url,
      DD_SERVICE: 'shop',
      DD_ENV: 'prod',
      DD_TAGS: 'team:local',
      DD_TRACE_HEADER_TAGS: 'x-answer',
      DD_TRACE_SAMPLING_RULES: '[{"name":"nobody","sample_rate":0.2}]',
      DD_TRACE_FLUSH_INTERVAL: '0',
      DD_REMOTE_CONFIG_POLL_INTERVAL_SECONDS: '0.1',
    })
  })
  after(async () => {
    await app.stop()
    await agent.stop()
  })

  const spansOf = ({ payloads }: FakeAgent): Span[] =>
    payloads.flatMap(({ body }) => (unpackr.unpack(body) as Span[][]).flat())
  /** The spans that a request makes, the server's first. */
  const request = async (): Promise<Span[]> => {
    const from = spansOf(agent).length
    await read(app.url)
    await agent.until(() => spansOf(agent).length >= from + 3)
    return spansOf(agent)
      .slice(from)
      .sort(({ name }) => (name === 'web.request' ? -1 : 1))
  }
  const set = async (files: Files): Promise<void> => {
    backend.set(files)
    await agent.until(() => backend.isUpToDate)
  }
  const setFields = (lib_config: object): Promise<void> =>
    set({ [PATH]: { service_target: { service: 'shop', env: 'prod' }, lib_config } })

  test('polls some seconds after its start, and reports its identity', async () => {
    await agent.until(() => backend.requests.length > 0)
    const { client } = backend.requests[0]
    const { runtime_id, tracer_version, ...tracer } = client.client_tracer
    assert.deepEqual(tracer, {
      language: 'node',
      service: 'shop',
      env: 'prod',
      app_version: client.client_tracer.app_version,
      tags: ['team:local'],
      extra_services: [],
    })
    const [{ meta }] = await request()
    assert.equal(meta['runtime-id'], runtime_id)
    assert.match(String(tracer_version), /^\d+\.\d+/)
  })

  test('keeps the share of traces that it is told, whatever the rates of the agent', async () => {
    await setFields({ tracing_sampling_rate: 0 })
    const [dropped] = await request()
    assert.equal(dropped.metrics._sampling_priority_v1, -1)
    assert.equal(dropped.metrics['_dd.rule_psr'], 0)
    await setFields({ tracing_sampling_rate: 1 })
    const [kept] = await request()
    assert.equal(kept.metrics._sampling_priority_v1, 2)
    assert.equal(kept.meta['_dd.p.dm'], '-3')
    await setFields({ tracing_sampling_rate: null })
    const [local] = await request()
    assert.equal(local.metrics._sampling_priority_v1, 1)
  })

  test('follows rules in order of provenance, which replace its own', async () => {
    const rule = { service: 'shop', resource: '*', sample_rate: 1 }
    for (const [provenance, mechanism] of [
      ['customer', '-11'],
      ['dynamic', '-12'],
    ]) {
      await setFields({
        tracing_sampling_rate: 0,
        tracing_sampling_rules: [
          { ...rule, sample_rate: 0, tags: [{ key: 'http.method', value_glob: 'P*' }], provenance },
          { ...rule, provenance },
        ],
      })
      const [span] = await request()
      assert.deepEqual([span.metrics._sampling_priority_v1, span.meta['_dd.p.dm']], [2, mechanism])
    }
    await set({})
    const [span] = await request()
    assert.equal(span.meta['_dd.p.dm'], '-0')
  })

  test('tags headers', async () => {
    await setFields({ tracing_header_tags: [{ header: 'X-Asked', tag_name: 'asked' }] })
    const [{ meta }] = await request()
    assert.deepEqual([meta.asked, meta['http.response.headers.x-answer']], ['why', undefined])
    await set({})
    const [{ meta: again }] = await request()
    assert.deepEqual([again.asked, again['http.response.headers.x-answer']], [undefined, 'yes'])
  })

  test('tags all spans', async () => {
    await setFields({ tracing_tags: ['area:far', 'team:remote'] })
    for (const { meta } of await request()) assert.deepEqual([meta.area, meta.team], ['far', 'remote'])
    await set({})
    for (const { meta } of await request()) assert.deepEqual([meta.area, meta.team], [undefined, 'local'])
  })

  test('makes no spans while tracing is off, and runs as before', async () => {
    await setFields({ tracing_enabled: false })
    const payloads = agent.payloads.length
    assert.deepEqual(await read(app.url), {
      active: false,
      inside: false,
      made: 5,
      wrapped: false,
      injected: false,
    })
    await setFields({ tracing_enabled: true })
    assert.equal(agent.payloads.length, payloads)
    assert.equal((await request()).length, 3)
    assert.deepEqual(await read(app.url), {
      active: true,
      inside: true,
      made: 5,
      wrapped: true,
      injected: true,
    })
  })

  test('refuses a broken file, reports it, and keeps its values', async () => {
    await setFields({ tracing_tags: ['area:far'] })
    backend.answer('{"targets":"bm8="}')
    await agent.until(() => backend.last?.client.state.has_error === true)
    const [{ meta }] = await request()
    assert.equal(meta.area, 'far')
    await set({})
    assert.equal(backend.last?.client.state.has_error, false)
  })

  test('forgets the values of one agent when it changes to another, and polls that one', async t => {
    await setFields({ tracing_tags: ['area:far'] })
    const next = new RemoteBackend()
    const other = await startFakeAgent({
      info: () => infoAnswer({ endpoints: ['/v0.4/traces', CONFIG_PATH] }),
      route: next.route,
    })
    t.after(() => other.stop())
    await read(`${app.url}/move?${other.url}`)
    await other.until(() => next.requests.length > 0)
    assert.deepEqual(next.requests[0].client.state.config_states, [])
    await read(app.url)
    await other.until(() => spansOf(other).some(({ meta }) => meta.team === 'local'))
    const polls = backend.requests.length
    await other.until(() => next.requests.length > 3)
    assert.equal(backend.requests.length, polls)
  })

  test('ends as without remote configuration', async () => {
    const ended = await app.stop()
    assert.deepEqual([ended.code, ended.signal], [null, 'SIGTERM'])
  })
})

describe('a program gets no configuration', () => {
  for (const [what, env, endpoints] of [
    ['when that is switched off', { DD_REMOTE_CONFIGURATION_ENABLED: 'false' }, [CONFIG_PATH]],
    ['when it is a serverless function', { AWS_LAMBDA_FUNCTION_NAME: 'f' }, [CONFIG_PATH]],
    ['by an agent that does not offer it', {}, ['/v0.4/traces']],
  ] as const) {
    test(what, async t => {
      const agent = await startFakeAgent({ info: () => infoAnswer({ endpoints: [...endpoints] }) })
      t.after(() => agent.stop())
      const app = await startApp([fixture('remote.cjs')], {
        ...env,
        DD_TRACE_AGENT_URL: agent.url,
        DD_TRACE_FLUSH_INTERVAL: '0',
        DD_REMOTE_CONFIG_POLL_INTERVAL_SECONDS: '0.1',
      })
      t.after(() => app.stop())
      const other = await startFakeAgent({
        info: () => infoAnswer({ endpoints: [CONFIG_PATH] }),
        route: () => ({ status: 404 }),
      })
      t.after(() => other.stop())
      // Started later with the same patience: once it has asked, the first one would have.
      const twin = await startApp([fixture('remote.cjs')], { DD_TRACE_AGENT_URL: other.url })
      t.after(() => twin.stop())
      await read(app.url)
      await other.until(() => other.others.some(({ path }) => path === CONFIG_PATH))
      assert.deepEqual(
        agent.others.map(({ path }) => path),
        ['/info'],
      )
    })
  }
})
