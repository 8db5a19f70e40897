/** Real configuration files, and which source wins over which. */

import assert from 'node:assert/strict'
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { resolveConfig } from '../../../src/core/config/resolve'
import { readStableFiles, stablePaths } from '../../../src/core/config/stable-files'
import { temporaryFolder } from '../../support/temporary'

/** Writes the given files, and reads both places. */
function files(content: { local?: string; fleet?: string }) {
  const folder = temporaryFolder('stable-')
  const paths = { local: join(folder, 'local.yaml'), fleet: join(folder, 'fleet.yaml') }
  if (content.local !== undefined) writeFileSync(paths.local, content.local)
  if (content.fleet !== undefined) writeFileSync(paths.fleet, content.fleet)
  return { paths, ...readStableFiles(paths) }
}

const service = (name: string) => `apm_configuration_default:\n  DD_SERVICE: ${name}\n`

describe('precedence', () => {
  const local = service('local')
  const fleet = service('fleet')
  const env = { DD_SERVICE: 'env' }
  const cases: [string, Parameters<typeof files>[0], Record<string, string>, object, string, string][] = [
    ['the file of the host', { local }, {}, {}, 'local', 'local_stable_config'],
    ['the environment over it', { local }, env, {}, 'env', 'env_var'],
    ['the file of the fleet over that', { local, fleet }, env, {}, 'fleet', 'fleet_stable_config'],
    ['code over all', { local, fleet }, env, { service: 'code' }, 'code', 'code'],
    ['the fleet over the host', { local, fleet }, {}, {}, 'fleet', 'fleet_stable_config'],
    ['an empty variable is none', { local }, { DD_SERVICE: '' }, {}, 'local', 'local_stable_config'],
    ['an alias above the name below', { local }, { DD_SERVICE_NAME: 'alias' }, {}, 'alias', 'env_var'],
  ]
  for (const [name, content, variables, options, value, origin] of cases) {
    test(name, () => {
      const config = resolveConfig({ ...options }, variables, files(content))
      assert.deepEqual([config.service, config.origins.service], [value, origin])
      assert.deepEqual(config.problems, [])
    })
  }

  test('each setting comes from the strongest source that has it', () => {
    const config = resolveConfig(
      { sampleRate: 0.5 },
      { DD_ENV: 'abc', DD_TRACE_PG_ENABLED: 'true' },
      files({
        local:
          'apm_configuration_default: { DD_TRACE_RATE_LIMIT: 7, DD_ENV: x, DD_TRACE_REDIS_ENABLED: false }',
        fleet: 'config_id: 123\napm_configuration_default: { DD_VERSION: 1.10, DD_TRACE_PG_ENABLED: False }',
      }),
    )
    assert.deepEqual(
      [config.sampleRate, config.env, config.rateLimit, config.version],
      [0.5, 'abc', 7, '1.10'],
    )
    assert.deepEqual(config.configIds, { local_stable_config: undefined, fleet_stable_config: '123' })
    assert.deepEqual(Object.fromEntries(config.switches), { PG: false, REDIS: false })
  })

  test('an option that hides a different value is reported, one with the same value is not', () => {
    const config = resolveConfig(
      { service: 'code', port: 1, env: 'same', url: 'http://a' },
      { DD_SERVICE: 'env', DD_ENV: 'same', DD_TRACE_AGENT_URL: 'http://me:secret@b/?key=secret' },
      files({ local: 'apm_configuration_default: { DD_TRACE_AGENT_PORT: 2 }' }),
    )
    assert.deepEqual(config.hidden, [
      {
        variable: 'DD_SERVICE',
        sentence: "DD_SERVICE='env' is not used: init() was given service='code'",
      },
      {
        variable: 'DD_TRACE_AGENT_URL',
        sentence: "DD_TRACE_AGENT_URL='http://b/' is not used: init() was given url='http://a'",
      },
      {
        variable: 'DD_TRACE_AGENT_PORT',
        sentence: 'DD_TRACE_AGENT_PORT=2 is not used: init() was given port=1',
      },
    ])
  })

  test('unknown options are listed', () => {
    const { unknownOptions, problems } = resolveConfig({ service: 's', experimental: {}, tags: {} }, {})
    assert.deepEqual([unknownOptions, problems], [['experimental'], []])
  })
})

describe('files', () => {
  test('every scalar is read as the text in the file', () => {
    const { local } = files({
      local: [
        'apm_configuration_default:',
        '  DD_TRACE_ENABLED: TRUE',
        '  DD_VERSION: 0010',
        '  DD_ENV: "quoted: text"',
        "  DD_TAGS: 'a:b,c:d'",
        '  DD_TRACE_SAMPLE_RATE: 1e-1',
        '  DD_SITE:',
        '  DD_SERVICE: ~',
        '  DD_FOOBAR_ENABLED: baz',
        'extra: [1, 2]',
      ].join('\n'),
    })
    assert.deepEqual(local?.variables, {
      DD_TRACE_ENABLED: 'TRUE',
      DD_VERSION: '0010',
      DD_ENV: 'quoted: text',
      DD_TAGS: 'a:b,c:d',
      DD_TRACE_SAMPLE_RATE: '1e-1',
      DD_FOOBAR_ENABLED: 'baz',
    })
  })

  test('no file, an empty file and a file without settings are no problem', () => {
    for (const local of [undefined, '', '# comment\n', 'config_id: x\n', 'apm_configuration_default:\n']) {
      const { problems } = files({ local })
      assert.deepEqual(problems, [], local)
    }
  })

  const bad: [string, string, RegExp][] = [
    ['broken YAML', 'a: [1, 2\nb: }', /it is not valid YAML$/],
    ['what is a text to YAML', '🤖 👾; 🤖\t\n\n --- `💣', /it is not a map$/],
    ['a name that stands twice', `${service('a')}  DD_SERVICE: b\n`, /it is not valid YAML$/],
    ['a list', '- a\n- b\n', /it is not a map$/],
    ['a text', 'just text\n', /it is not a map$/],
    ['settings that are a list', 'apm_configuration_default: [DD_SERVICE]\n', /_default is not a map$/],
    ['one that is too large', `#${'x'.repeat(256 * 1024)}`, /it is larger than 262144 bytes$/],
  ]
  for (const [name, fleet, problem] of bad) {
    test(`${name} is reported once, and the other file is used`, () => {
      const read = files({ local: service('local'), fleet })
      const config = resolveConfig({}, {}, read)
      assert.equal(config.service, 'local')
      assert.equal(config.problems.length, 1)
      assert.match(config.problems[0], problem)
      assert.ok(config.problems[0].startsWith(`${read.paths.fleet} is not used: `))
    })
  }

  test('the largest file is read', () => {
    const head = service('large')
    const { local, problems } = files({ local: `${head}#${'x'.repeat(256 * 1024 - head.length - 1)}` })
    assert.deepEqual([local?.variables, problems], [{ DD_SERVICE: 'large' }, []])
  })

  test('a value that is not a scalar is reported, and the other values are used', () => {
    const { local, problems, paths } = files({
      local: 'apm_configuration_default: { DD_TAGS: { a: b }, DD_ENV: [x], DD_SERVICE: s }',
    })
    assert.deepEqual(local?.variables, { DD_SERVICE: 's' })
    assert.deepEqual(problems, [
      `${paths.local}: DD_TAGS is not a single value; it is not used`,
      `${paths.local}: DD_ENV is not a single value; it is not used`,
    ])
  })

  test('a path that is not a file is reported, and a file that may not be read', {
    skip: process.getuid?.() === undefined,
  }, () => {
    const folder = temporaryFolder('stable-')
    const paths = { local: join(folder, 'folder'), fleet: join(folder, 'fleet.yaml') }
    mkdirSync(paths.local)
    writeFileSync(paths.fleet, service('fleet'))
    chmodSync(paths.fleet, 0)
    const { fleet, problems } = readStableFiles(paths)
    assert.equal(problems?.[0], `${paths.local} is not used: it is not a file`)
    // Root may read everything.
    if (process.getuid?.() === 0) assert.equal(fleet?.variables.DD_SERVICE, 'fleet')
    else assert.equal(problems?.[1], `${paths.fleet} is not used: it cannot be read (EACCES)`)
  })

  test('lie where the agent puts them', () => {
    assert.deepEqual(stablePaths('linux'), {
      local: '/etc/datadog-agent/application_monitoring.yaml',
      fleet: '/etc/datadog-agent/managed/datadog-agent/stable/application_monitoring.yaml',
    })
    assert.deepEqual(stablePaths('darwin'), {
      local: '/opt/datadog-agent/etc/application_monitoring.yaml',
      fleet: '/opt/datadog-agent/etc/stable/application_monitoring.yaml',
    })
    assert.deepEqual(stablePaths('win32'), {
      local: 'C:\\ProgramData\\Datadog\\application_monitoring.yaml',
      fleet: 'C:\\ProgramData\\Datadog\\managed\\datadog-agent\\stable\\application_monitoring.yaml',
    })
  })
})
