/**
 * One program says the same of itself in all that it sends: who it is, which version, from which commit, where it
 * runs.
 */

import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { gunzipSync } from 'node:zlib'
import { Unpackr } from 'msgpackr'
import { readDatagram } from '../support/dogstatsd'
import { type FakeAgent, infoAnswer, type Received, startFakeAgent } from '../support/fake-agent'
import { readLogs } from '../support/otlp-logs'
import { readUpload } from '../support/profile-uploads'
import { fixture, runNode } from '../support/programs'
import { readStats } from '../support/stats'
import { eventTo, messagesTo, TELEMETRY_PATH } from '../support/telemetry'
import { temporaryFolder } from '../support/temporary'

const CONTAINER = 'c'.repeat(64)
const COMMIT = '0123456789abcdef0123456789abcdef01234567'

interface Identity {
  service: unknown
  env: unknown
  version: unknown
  /** The tags of `DD_TAGS`. */
  team: unknown
  runtimeId: unknown
  commit: unknown
  repository: unknown
  container: unknown
}

/** Some forms have no place for all of it. */
type Said = Partial<Identity>

const EXPECTED: Omit<Identity, 'runtimeId'> = {
  service: 'shop',
  env: 'prod',
  version: '1.2.0',
  team: 'a',
  commit: COMMIT,
  repository: 'https://git.example/shop.git',
  container: CONTAINER,
}

const unpackr = new Unpackr({ useRecords: false, mapsAsObjects: true, int64AsType: 'bigint' })
const unpack = (body: Uint8Array) => unpackr.unpack(body)

let agent: FakeAgent
let stdout: string

const at = (path: string): Received => {
  const found = agent.others.find(each => each.path === path)
  assert.ok(found, `nothing came to ${path}`)
  return found
}
const container = ({ headers }: Received) => headers['datadog-container-id']
/** `name:value`; each name once. */
function fromPairs(pairs: readonly string[]): Record<string, string> {
  const entries = pairs.map(pair => [pair.slice(0, pair.indexOf(':')), pair.slice(pair.indexOf(':') + 1)])
  assert.equal(new Set(entries.map(([name]) => name)).size, entries.length, `twice in ${pairs}`)
  return Object.fromEntries(entries)
}
/** Where tags stand beside fields for service, environment and version, they do not say something else. */
function besideFields(pairs: readonly string[]): Record<string, string> {
  const { service = 'shop', env = 'prod', version = '1.2.0', ...others } = fromPairs(pairs)
  assert.deepEqual([service, env, version], ['shop', 'prod', '1.2.0'])
  return others
}

const SIGNALS: Record<string, () => Said | Promise<Said>> = {
  spans() {
    const [request] = agent.payloads
    const [[span]] = unpack(request.body)
    const { env, version, team, 'runtime-id': runtimeId, ...meta } = span.meta
    return {
      service: span.service,
      env,
      version,
      team,
      runtimeId,
      commit: meta['_dd.git.commit.sha'],
      repository: meta['_dd.git.repository_url'],
      container: container(request),
    }
  },
  statistics() {
    const [request] = agent.statistics
    const stats = readStats(request.body)
    assert.equal(container(request), stats.ContainerID)
    return {
      service: stats.Service,
      env: stats.Env,
      version: stats.Version,
      runtimeId: stats.RuntimeID,
      commit: stats.GitCommitSha,
      container: stats.ContainerID,
    }
  },
  metrics() {
    const lines = readDatagram(Buffer.from(at('/dogstatsd/v2/proxy').body.toString().trimEnd()))
    const line = lines.find(each => each.kind === 'metric' && each.name === 'orders')
    const { service, env, version, team, 'runtime-id': runtimeId } = fromPairs(line?.tags ?? [])
    return { service, env, version, team, runtimeId, container: line?.fields.c?.replace(/^ci-/, '') }
  },
  'injected logs'() {
    const { service, env, version } = JSON.parse(stdout)
    return { service, env, version }
  },
  'exported logs'() {
    const [{ resource }] = readLogs(at('/v1/logs'))
    assert.equal(resource['deployment.environment'], resource['deployment.environment.name'])
    return {
      service: resource['service.name'],
      env: resource['deployment.environment.name'],
      version: resource['service.version'],
      team: resource.team,
      runtimeId: resource['service.instance.id'],
      commit: resource['vcs.ref.head.revision'],
      repository: resource['vcs.repository.url.full'],
      container: resource['container.id'],
    }
  },
  telemetry() {
    const [message] = messagesTo(agent)
    const { service_name, env, service_version } = message.application
    return {
      service: service_name,
      env,
      version: service_version,
      runtimeId: message.runtime_id,
      container: container(at(TELEMETRY_PATH)),
    }
  },
  'remote configuration'() {
    const request = at('/v0.7/config')
    const { client_tracer: tracer } = JSON.parse(request.body.toString()).client
    return {
      service: tracer.service,
      env: tracer.env,
      version: tracer.app_version,
      team: besideFields(tracer.tags).team,
      runtimeId: tracer.runtime_id,
      container: container(request),
    }
  },
  'data streams'() {
    const request = at('/v0.1/pipeline_stats')
    const { Service, Env, Version, Tags } = unpack(gunzipSync(request.body))
    return {
      service: Service,
      env: Env,
      version: Version,
      team: besideFields(Tags).team,
      container: container(request),
    }
  },
  async profiles() {
    const request = at('/profiling/v1/input')
    const { event } = await readUpload(request)
    const tags = fromPairs(event.tags_profiler.split(','))
    return {
      service: tags.service,
      env: tags.env,
      version: tags.version,
      team: tags.team,
      runtimeId: tags['runtime-id'],
      commit: tags['git.commit.sha'],
      repository: tags['git.repository_url'],
      container: container(request),
    }
  },
}

describe('the identity of a program', () => {
  before(async () => {
    agent = await startFakeAgent({
      info: () =>
        infoAnswer({
          endpoints: [
            '/v0.4/traces',
            '/v0.6/stats',
            '/telemetry/proxy/',
            '/v0.7/config',
            '/profiling/v1/input',
          ],
          client_drop_p0s: true,
          version: '7.65.0',
        }),
    })
    const file = join(temporaryFolder('unified-'), 'end')
    const running = runNode(['--require', fixture('container.cjs'), fixture('unified.cjs'), file], {
      CONTAINER,
      DD_TRACE_AGENT_URL: agent.url,
      DD_SERVICE: 'shop',
      DD_ENV: 'prod',
      DD_VERSION: '1.2.0',
      DD_TAGS: 'team:a,service:wrong,env:wrong,version:wrong',
      DD_GIT_COMMIT_SHA: COMMIT,
      DD_GIT_REPOSITORY_URL: 'https://user:secret@git.example/shop.git',
      DD_TRACE_STATS_COMPUTATION_ENABLED: 'true',
      DD_DATA_STREAMS_ENABLED: 'true',
      DD_LOGS_OTEL_ENABLED: 'true',
      DD_PROFILING_ENABLED: 'true',
      DD_RUNTIME_METRICS_RUNTIME_ID_ENABLED: 'true',
      DD_DOGSTATSD_URL: agent.url,
      DD_TELEMETRY_HEARTBEAT_INTERVAL: '0.2',
      OTEL_EXPORTER_OTLP_ENDPOINT: agent.url,
    })
    await agent.until(
      () =>
        eventTo(agent, 'app-started') !== undefined &&
        agent.others.some(each => each.path === '/v0.7/config'),
    )
    writeFileSync(file, '')
    const ended = await running
    assert.deepEqual([ended.code, ended.stderr], [0, ''])
    stdout = ended.stdout
  })
  after(() => agent.stop())

  for (const [name, read] of Object.entries(SIGNALS)) {
    test(`is the same in ${name}`, async () => {
      const said = await read()
      const { runtimeId } = await SIGNALS.spans()
      assert.match(String(runtimeId), /^[0-9a-f]{8}-[0-9a-f-]{27}$/)
      const expected = { ...EXPECTED, runtimeId } as Record<string, unknown>
      assert.deepEqual(said, Object.fromEntries(Object.keys(said).map(key => [key, expected[key]])))
    })
  }
})
