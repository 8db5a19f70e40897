/** Polls over real sockets: when they are made, and what follows from the answers. */

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { resolveConfig } from '../../../src/core/config/resolve'
import { Transport } from '../../../src/core/transport'
import { RemoteConfiguration } from '../../../src/remote/index'
import { type Answer, type FakeAgentOptions, startFakeAgent } from '../../support/fake-agent'
import { catchLog } from '../../support/log-lines'
import { CONFIG_PATH, RemoteBackend, tracingPath } from '../../support/remote'

const PATH = tracingPath('a')

async function polling(t: { after(fn: () => unknown): void }, options: FakeAgentOptions = {}) {
  catchLog('off')
  const backend = new RemoteBackend()
  const agent = await startFakeAgent({ route: backend.route, ...options })
  const transport = new Transport(agent.url)
  const config = resolveConfig({ service: 'shop' }, { DD_REMOTE_CONFIG_POLL_INTERVAL_SECONDS: '0.1' })
  const changes: string[][] = []
  const remote = new RemoteConfiguration({
    config,
    transport,
    tracerVersion: '1.2.3',
    onChange: changed => changes.push([...changed]),
  })
  t.after(async () => {
    remote.stop()
    transport.close()
    await agent.stop()
  })
  const polls = (): number => agent.others.filter(({ path }) => path === CONFIG_PATH).length
  return { agent, backend, transport, config, changes, remote, polls }
}

const rate = (tracing_sampling_rate: number) => ({ [PATH]: { lib_config: { tracing_sampling_rate } } })

describe('remote configuration', () => {
  test('comes with a poll, follows the files of the agent, and acknowledges each', async t => {
    const { agent, backend, config, changes, remote } = await polling(t)
    backend.set(rate(0.5))
    remote.start()
    await agent.until(() => backend.isUpToDate)
    assert.equal(config.sampleRate, 0.5)
    backend.set(rate(0.6))
    await agent.until(() => backend.isUpToDate)
    assert.equal(config.sampleRate, 0.6)
    backend.set({})
    await agent.until(() => backend.isUpToDate)
    assert.equal(config.sampleRate, undefined)
    assert.deepEqual(changes, [['sampleRate'], ['sampleRate'], ['sampleRate']])
    assert.equal(agent.connections, 1)
    const { method, headers } = agent.others[0]
    assert.deepEqual([method, headers['content-type']], ['POST', 'application/json'])
  })

  for (const [what, answer] of [
    ['resets the connection', 'reset'],
    ['answers 500', { status: 500 }],
    ['answers with garbage', 'garbage'],
    ['never stops to answer', 'endless'],
    ['answers with bad JSON', { status: 200, body: '{' }],
  ] as [string, Answer][]) {
    test(`outlives an agent that ${what}`, async t => {
      const { agent, backend, config, remote, polls } = await polling(t, { route: () => answer })
      remote.start()
      await agent.until(() => polls() >= 2)
      agent.route = backend.route
      backend.set(rate(0.5))
      await agent.until(() => backend.isUpToDate)
      assert.equal(config.sampleRate, 0.5)
    })
  }

  test('keeps what was set while the agent is away, and takes the state of the one that comes back', async t => {
    const { agent, backend, config, remote } = await polling(t)
    backend.set(rate(0.5))
    remote.start()
    await agent.until(() => backend.isUpToDate)
    await agent.stop()
    const other = new RemoteBackend()
    other.set({ [tracingPath('b')]: { lib_config: { tracing_tags: ['a:1'] } } })
    other.set({ [tracingPath('b')]: { lib_config: { tracing_tags: ['a:2'] } } })
    agent.route = other.route
    assert.equal(config.sampleRate, 0.5)
    await agent.start()
    await agent.until(() => other.isUpToDate)
    assert.deepEqual([config.sampleRate, config.tags], [undefined, { a: '2' }])
  })

  test('takes all values back when the transport leads to another agent, and begins anew', async t => {
    const { agent, backend, config, transport, remote } = await polling(t)
    const next = await polling(t)
    backend.set(rate(0.5))
    remote.start()
    await agent.until(() => backend.isUpToDate)
    transport.setUrl(next.agent.url)
    remote.reset()
    assert.equal(config.sampleRate, undefined)
    remote.start()
    await next.agent.until(() => next.backend.requests.length === 1)
    const { state, id } = next.backend.requests[0].client
    assert.deepEqual([state.targets_version, state.config_states], [0, []])
    assert.notEqual(id, backend.requests[0].client.id)
  })

  test('is polled rarely at an agent without remote configuration', async t => {
    const { agent, remote, polls } = await polling(t, { route: () => ({ status: 404 }) })
    const busy = await polling(t)
    remote.start()
    busy.remote.start()
    await busy.agent.until(() => busy.polls() >= 5)
    await agent.until(() => polls() >= 1)
    assert.equal(polls(), 1)
  })

  test('is not polled after stop', async t => {
    const { agent, remote, polls } = await polling(t)
    const busy = await polling(t)
    remote.start()
    await agent.until(() => polls() === 1)
    remote.stop()
    busy.remote.start()
    await busy.agent.until(() => busy.polls() >= 5)
    assert.equal(polls(), 1)
  })

  test('goes on after a listener has thrown', async t => {
    const { agent, backend, transport } = await polling(t)
    const remote = new RemoteConfiguration({
      config: resolveConfig({}, { DD_REMOTE_CONFIG_POLL_INTERVAL_SECONDS: '0.1' }),
      transport,
      tracerVersion: '1.2.3',
      onChange() {
        throw new Error('on purpose')
      },
    })
    t.after(() => remote.stop())
    backend.set(rate(0.5))
    remote.start()
    await agent.until(() => backend.isUpToDate)
    assert.equal(backend.last?.client.state.has_error, false)
  })
})
