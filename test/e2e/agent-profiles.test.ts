/** Profilers upload to the local agent, which shows the same figures as `go tool pprof`. */

import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { after, afterEach, before, test } from 'node:test'
import type { ProfileSummary, ProfileTop } from '../../src/agent/api-types'
import { type Agent, startAgent } from '../../src/agent/server'
import { goTop, missingGo } from '../support/go-pprof'
import { unpack } from '../support/profile-uploads'
import { fixture, INIT, ROOT, runNode } from '../support/programs'

const PEER = join(ROOT, '.cache', 'peers', 'node_modules', 'dd-trace')
const go = missingGo()

let agent: Agent
before(async () => {
  agent = await startAgent()
})
afterEach(() => agent.clear())
after(() => agent.close())

async function ask<T>(path: string): Promise<T> {
  return (await fetch(`${agent.apiUrl}${path}`)).json() as Promise<T>
}

/** Runs a program to its end with its profiler on, and returns the profile that the agent received. */
async function profiled(...args: string[]): Promise<ProfileSummary> {
  const ended = await runNode(args, {
    DD_TRACE_AGENT_URL: agent.url,
    DD_PROFILING_ENABLED: 'true',
    DD_SERVICE: 'busy',
    DD_ENV: 'test',
    DD_VERSION: '1.0.0',
    DD_INSTRUMENTATION_TELEMETRY_ENABLED: 'false',
    DD_REMOTE_CONFIGURATION_ENABLED: 'false',
  })
  assert.equal(ended.code, 0, ended.stderr)
  const refused = agent
    .requests()
    .filter(({ path, status }) => path.startsWith('/profiling/') && status !== 200)
  assert.deepEqual(refused, [])
  const { profiles } = await ask<{ profiles: ProfileSummary[] }>(
    '/api/profiles?service=busy&env=test&version=1.0.0',
  )
  assert.equal(profiles.length, 1)
  return profiles[0]
}

/** Compares the agent's table of each sample type of each file with Go's. */
async function agreeWithGo({ id, files }: ProfileSummary): Promise<void> {
  for (const { name, sampleTypes } of files) {
    const sent = await fetch(`${agent.apiUrl}/api/profiles/${id}/files/${name}`)
    const pprof = unpack(Buffer.from(await sent.arrayBuffer()))
    for (const { type, unit, total } of sampleTypes) {
      const { functions } = await ask<ProfileTop>(
        `/api/profiles/${id}/top?file=${name}&type=${type}&limit=10000`,
      )
      const ours = sumByName(functions.map(each => [each.name, each.self]))
      assert.ok(Math.abs(functions.reduce((sum, { self }) => sum + self, 0) - total) < 1)
      // Go shows functions without a name as `<unknown>`, and the local agent as the events that they stand for.
      if (type === 'timeline') continue
      // Go takes `<instance_members_initializer>` for template arguments and removes the whole name.
      const rows = (await goTop(pprof, type, unit)).filter(({ name }) => !/^\S+:\d+$/.test(name))
      const theirs = sumByName(rows.map(row => [row.name.replace(/ \S*:\d+$/, ''), row.flat]))
      for (const [label, flat] of theirs)
        assert.ok(
          Math.abs((ours.get(label) ?? 0) - flat) <= 1e-3 * flat,
          `${name} ${type}: ${label} is ${flat}, not ${ours.get(label)}`,
        )
    }
  }
}

function sumByName(rows: (readonly [string, number])[]): Map<string, number> {
  const sums = new Map<string, number>()
  for (const [name, value] of rows) sums.set(name, (sums.get(name) ?? 0) + value)
  return sums
}

test('profiles of this tracer arrive, with endpoints and spans', { skip: go }, async () => {
  const profile = await profiled('--require', INIT, fixture('busy.cjs'))
  assert.deepEqual(profile.files.map(({ name }) => name).sort(), [
    'events.pprof',
    'space.pprof',
    'wall.pprof',
  ])
  assert.equal(profile.language, 'javascript')
  assert.deepEqual(profile.endpointCounts, { 'GET /work': 1 })
  await agreeWithGo(profile)
  const { functions, endpoints } = await ask<ProfileTop>(
    `/api/profiles/${profile.id}/top?type=cpu&endpoint=work`,
  )
  const burn = functions.find(({ name }) => name === 'burn')
  assert.ok(burn !== undefined && burn.total > 100e6 && burn.file.endsWith('busy.cjs'), JSON.stringify(burn))
  assert.equal(endpoints[0].endpoint, 'GET /work')
  const { functions: events } = await ask<ProfileTop>(`/api/profiles/${profile.id}/top?type=timeline`)
  assert.match(events[0].name, /^\((gc|fs|dns|net) /)
})

test('profiles of dd-trace arrive', {
  skip: go ?? (existsSync(PEER) ? undefined : 'dd-trace is not installed: `npm run bench -- --peers` does'),
}, async () => {
  const program = `
      require(${JSON.stringify(PEER)}).init({ profiling: true })
      let turns = 0
      const end = process.cpuUsage().user + 5e5
      function burn() { while (process.cpuUsage().user < end) for (let i = 0; i < 1e5; i++) turns++ }
      burn()`
  const profile = await profiled('-e', program)
  assert.equal(profile.language, 'javascript')
  assert.ok(profile.files.length >= 2)
  await agreeWithGo(profile)
  const { functions } = await ask<ProfileTop>(`/api/profiles/${profile.id}/top?type=wall`)
  assert.equal(functions[0].name, 'burn')
})
