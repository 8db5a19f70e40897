/** Telemetry of a whole program: what an agent is told from its start to its end, and when it is told nothing. */

import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { type Answer, type FakeAgent, infoAnswer, type Received, startFakeAgent } from '../support/fake-agent'
import { fixture, INIT, runNode } from '../support/programs'
import { CONFIG_PATH, RemoteBackend, tracingPath } from '../support/remote'
import { eventsTo, eventTo, messagesTo, payloadOf } from '../support/telemetry'
import { temporaryFolder } from '../support/temporary'

const ACCEPTED: Answer = { status: 202 }
const ENDPOINTS = ['/v0.4/traces', '/telemetry/proxy/']

async function startAgent(
  t: { after(fn: () => unknown): void },
  {
    endpoints = ENDPOINTS,
    route = () => ACCEPTED,
  }: { endpoints?: string[]; route?: (request: Received) => Answer } = {},
): Promise<FakeAgent> {
  const agent = await startFakeAgent({ info: () => infoAnswer({ endpoints }), route })
  t.after(() => agent.stop())
  return agent
}

/** Starts the program; `end` lets it. */
function start(agent: FakeAgent, way: string, env: Record<string, string> = {}) {
  const file = join(temporaryFolder('telemetry-'), 'end')
  const ended = runNode([fixture('telemetry.cjs'), way, file], {
    DD_TRACE_AGENT_URL: agent.url,
    DD_TELEMETRY_HEARTBEAT_INTERVAL: '0.2',
    ...env,
  })
  return { ended, end: () => writeFileSync(file, '') }
}

describe('the telemetry of a program', () => {
  for (const [way, code, says] of [
    ['end', 0, true],
    ['shutdown', 0, true],
    ['exit', 3, false],
  ] as const) {
    test(`${says ? 'ends with app-closing' : 'just ends'} when it ends by ${way}`, async t => {
      const agent = await startAgent(t)
      const program = start(agent, way)
      await agent.until(() => eventTo(agent, 'app-heartbeat') !== undefined)
      program.end()
      const ended = await program.ended
      assert.deepEqual([ended.code, ended.stderr], [code, ''])
      const types = eventsTo(agent).map(({ request_type }) => request_type)
      assert.equal(types[0], 'app-started')
      assert.equal(types.filter(each => each === 'app-closing').length, says ? 1 : 0)
      if (says) assert.equal(types.at(-1), 'app-closing')
      assert.deepEqual(
        messagesTo(agent).map(({ seq_id }) => seq_id),
        messagesTo(agent).map((_, index) => index + 1),
      )
      const { integrations } = payloadOf<{
        integrations: { name: string; version: string; enabled: boolean }[]
      }>(agent, 'app-integrations-change')
      const express = integrations.find(({ name }) => name === 'express')
      assert.equal(express?.enabled, true)
      assert.match(String(express?.version), /^\d+\.\d+\.\d+$/)
      const { dependencies } = payloadOf<{
        dependencies: { name: string; version: string }[]
      }>(agent, 'app-dependencies-loaded')
      const found = dependencies.find(({ name }) => name === 'express')
      assert.equal(found?.version, express?.version)
      assert.match(JSON.stringify(eventTo(agent, 'generate-metrics')), /"spans_finished"/)
    })
  }

  test('reports settings that came from the agent', async t => {
    const backend = new RemoteBackend()
    backend.set({ [tracingPath('a')]: { lib_config: { tracing_sampling_rate: 0.25 } } })
    const agent = await startAgent(t, {
      endpoints: [...ENDPOINTS, CONFIG_PATH],
      route: received => backend.route(received) ?? ACCEPTED,
    })
    const program = start(agent, 'end', { DD_TRACE_SAMPLE_RATE: '0.75' })
    const told = () =>
      eventsTo(agent)
        .flatMap(
          ({ payload }) =>
            (payload.configuration ?? []) as { name: string; value: unknown; origin: string }[],
        )
        .filter(({ name }) => name === 'DD_TRACE_SAMPLE_RATE')
        .map(({ value, origin }) => `${value} ${origin}`)
    await agent.until(() => told().includes('0.25 remote_config'))
    backend.set({})
    program.end()
    await program.ended
  })
})

describe('no telemetry is sent', () => {
  for (const [what, env, endpoints] of [
    ['when that is switched off', { DD_INSTRUMENTATION_TELEMETRY_ENABLED: 'false' }, ENDPOINTS],
    ['when that is switched off by its other name', { DD_TRACE_TELEMETRY_ENABLED: 'false' }, ENDPOINTS],
    ['by a serverless function', { FUNCTION_NAME: 'f', GCP_PROJECT: 'p' }, ENDPOINTS],
    ['to an agent that does not take it', {}, ['/v0.4/traces']],
  ] as const) {
    test(what, async t => {
      const agent = await startAgent(t, { endpoints: [...endpoints] })
      const program = start(agent, 'end', env)
      // Started later with the same patience: once it has told something, the first one would have.
      const twin = await startAgent(t)
      const other = start(twin, 'end')
      await twin.until(() => eventTo(twin, 'app-heartbeat') !== undefined)
      program.end()
      other.end()
      assert.equal((await program.ended).code, 0)
      await other.ended
      assert.deepEqual(
        agent.others.map(({ path }) => path),
        ['/info'],
      )
      assert.equal(agent.payloads.length, 1)
    })
  }

  for (const way of ['end', 'exit', 'shutdown']) {
    test(`by a program that is over at once, by ${way}`, async t => {
      const agent = await startAgent(t)
      const program = start(agent, way)
      program.end()
      await program.ended
      assert.deepEqual(messagesTo(agent), [])
    })
  }

  test('by a program that only starts the tracer: it loads nothing for it, and ends', async t => {
    const agent = await startAgent(t)
    const loaded = "process.on('exit', () => console.log(Object.keys(require.cache).join(' ')))"
    const ended = await runNode(['--require', INIT, '--eval', loaded], { DD_TRACE_AGENT_URL: agent.url })
    assert.equal(ended.code, 0)
    assert.doesNotMatch(ended.stdout, /telemetry|background|remote\/(client|index)/)
    assert.deepEqual(agent.others, [])
  })
})

test('a program whose agent is away for its whole life ends at once, and logs only that', async t => {
  const agent = await startAgent(t)
  await agent.stop()
  const program = start({ url: 'http://127.0.0.1:1' } as FakeAgent, 'end')
  const twin = await startAgent(t)
  const other = start(twin, 'end')
  await twin.until(() => eventTo(twin, 'app-heartbeat') !== undefined)
  program.end()
  other.end()
  const { code, stderr } = await program.ended
  await other.ended
  assert.equal(code, 0)
  assert.match(stderr, /cannot be reached/)
  assert.doesNotMatch(stderr, /telemetry|remote|failed/)
})
