/** Settings of a program: the start-up line, the tracer's own log, and what reaches the agent. */

import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { startTestAgent } from '../../src/testing/index'
import { fixture, INIT, ROOT, runNode } from '../support/programs'
import { temporaryFolder } from '../support/temporary'

const INDEX = JSON.stringify(join(ROOT, 'lib', 'index.js'))
const NO_AGENT = { DD_TRACE_AGENT_URL: 'http://127.0.0.1:1' }

/** Runs a program that starts with `const tracer = …`. */
const run = (script: string, env: Record<string, string> = {}) =>
  runNode(['-e', `const tracer = require(${INDEX}); ${script}`], env)

describe('the start-up line', () => {
  test('is printed at start, once, with what was resolved', async () => {
    const { stderr, stdout, code } = await runNode(['--require', INIT, '-e', '0'], {
      DD_TRACE_STARTUP_LOGS: 'true',
      DD_SERVICE: 'shop',
      OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment.name=prod,team=a',
      DD_TRACE_AGENT_URL: 'http://me:hunter2@127.0.0.1:1',
    })
    const lines = stderr.trim().split('\n')
    assert.equal(lines.length, 1, stderr)
    const line = JSON.parse(lines[0].replace(/^DATADOG TRACER CONFIGURATION - /, ''))
    assert.deepEqual(
      [line.service, line.env, line.tags.team, line.agent_url],
      ['shop', 'prod', 'a', 'http://127.0.0.1:1'],
    )
    assert.doesNotMatch(stderr, /hunter2/)
    assert.deepEqual([stdout, code], ['', 0])
  })

  test('is not printed if it is switched off, and then nothing is printed', async () => {
    const { stderr } = await runNode(['--require', INIT, '-e', '0'], NO_AGENT)
    assert.equal(stderr, '')
  })
})

describe('the log', () => {
  test('reports each unusable setting once, by default', async () => {
    const { stderr } = await runNode(['--require', INIT, '-e', '0'], {
      ...NO_AGENT,
      DD_TRACE_RATE_LIMIT: 'x',
      DD_SERVICE: 'ours',
      OTEL_SERVICE_NAME: 'theirs',
    })
    assert.deepEqual(stderr.trim().split('\n'), [
      'tracer: warn: DD_SERVICE and OTEL_SERVICE_NAME are both set; OTEL_SERVICE_NAME is not used',
      "tracer: warn: DD_TRACE_RATE_LIMIT='x' is not an integer; using 100",
    ])
  })

  test('reports at level info which variables init() overrides', async () => {
    const script = 'tracer.init({ service: "code" })'
    const env = { ...NO_AGENT, DD_SERVICE: 'env' }
    const hidden = "tracer: info: DD_SERVICE='env' is not used: init() was given service='code'"
    assert.equal((await run(script, env)).stderr, '')
    const atInfo = await run(script, { ...env, DD_TRACE_LOG_LEVEL: 'info' })
    assert.equal(atInfo.stderr.trim(), hidden)
  })

  test('warns of unknown names, once for each kind', async () => {
    const script = 'tracer.init({ sampelRate: 1, experimental: { flag: true } }); tracer.init()'
    const { stderr } = await run(script, {
      ...NO_AGENT,
      DD_API_KEY: 'secret',
      DD_TRACE_PG_ENABLED: 'true',
      DD_TRACE_SAMPEL_RATE: '0.5',
      DD_TRACE_METHODS: 'x',
      DD_APPSEC_ENABLED: 'true',
      DD_TRACE_KNEX_ENABLED: 'true',
    })
    assert.deepEqual(stderr.trim().split('\n'), [
      'tracer: warn: unknown environment variables, without effect: ' +
        'DD_TRACE_SAMPEL_RATE (did you mean DD_TRACE_SAMPLE_RATE?), DD_TRACE_METHODS',
      'tracer: warn: variables of dd-trace that this tracer does not support, without effect: ' +
        'DD_APPSEC_ENABLED, DD_TRACE_KNEX_ENABLED',
      'tracer: warn: unknown options of init(), without effect: ' +
        'sampelRate (did you mean sampleRate?), experimental',
    ])
  })

  test('warns of unknown names by code that a start without such names does not load', async () => {
    const script = `
      tracer.init()
      const files = Object.keys(require('module')._cache)
      console.log(files.some(file => file.includes('unknown')))`
    const known = await run(script, { ...NO_AGENT, DD_TRACE_PG_ENABLED: 'true', DD_API_KEY: 'x' })
    assert.deepEqual([known.stdout, known.stderr], ['false\n', ''])
    const unknown = await run(script, { ...NO_AGENT, DD_TRACE_METHODS: 'x' })
    assert.equal(unknown.stdout, 'true\n')
  })

  test('goes to the logger of the application, which may fail in any way', async () => {
    const script = `
      const lines = []
      class Sink { warn(text) { lines.push([this instanceof Sink, text]); throw new Error('sink') } }
      tracer.init({ logger: new Sink() })
      console.log(JSON.stringify([lines, tracer.trace('work', () => 7)]))`
    const { stdout, stderr, code } = await run(script, { ...NO_AGENT, DD_TRACE_RATE_LIMIT: 'x' })
    const [lines, result] = JSON.parse(stdout)
    assert.deepEqual(lines, [[true, "DD_TRACE_RATE_LIMIT='x' is not an integer; using 100"]])
    assert.deepEqual([result, code], [7, 0])
    assert.equal(stderr, '')
  })
})

describe('settings in force', () => {
  test('come from the files of the host and of the fleet as well', async () => {
    const folder = temporaryFolder('stable-')
    writeFileSync(
      join(folder, 'local.yaml'),
      'apm_configuration_default: { DD_SERVICE: local, DD_ENV: local, DD_VERSION: local, DD_TAGS: [] }',
    )
    writeFileSync(
      join(folder, 'fleet.yaml'),
      'apm_configuration_rules:\n- selectors: [{ origin: language, operator: equals, matches: [nodejs] }]\n' +
        '  configuration: { DD_SERVICE: fleet, DD_TRACE_STARTUP_LOGS: true }',
    )
    const { stderr } = await runNode(
      ['--require', fixture('stable-files.cjs'), '--require', INIT, '-e', '0'],
      {
        ...NO_AGENT,
        STABLE_FILES: folder,
        DD_SERVICE: 'env',
        DD_ENV: 'env',
      },
    )
    const [problem, line] = stderr.trim().split('\n')
    assert.match(problem, /^tracer: warn: .*DD_TAGS is not a single value; it is not used$/)
    const { service, env, dd_version } = JSON.parse(line.slice(line.indexOf('{')))
    assert.deepEqual([service, env, dd_version], ['fleet', 'env', 'local'])
  })

  test('OTEL_TRACES_EXPORTER=none switches tracing off, unless DD_TRACE_ENABLED is set', async () => {
    const agent = await startTestAgent()
    const script = 'tracer.init().trace("work", () => {})'
    const off = await run(script, { ...agent.env, OTEL_TRACES_EXPORTER: 'none' })
    assert.deepEqual([off.stderr, agent.requests().length], ['', 0])
    const on = await run(script, { ...agent.env, OTEL_TRACES_EXPORTER: 'none', DD_TRACE_ENABLED: 'true' })
    const requests = agent.requests().length
    await agent.close()
    assert.match(on.stderr, /DD_TRACE_ENABLED and OTEL_TRACES_EXPORTER are both set/)
    assert.notEqual(requests, 0)
  })

  test('lookup finds the agent where DNS cannot', async () => {
    const agent = await startTestAgent()
    const script = `
      const asked = new Set()
      const lookup = (host, options, callback) => {
        asked.add(host)
        if (options.all) callback(null, [{ address: '127.0.0.1', family: 4 }])
        else callback(null, '127.0.0.1', 4)
      }
      tracer.init({ hostname: 'agent.invalid', port: ${new URL(agent.url).port}, lookup })
      tracer.trace('work', () => {})
      tracer.flush().then(result => console.log(JSON.stringify([result.sent, ...asked])))`
    const { stdout, stderr } = await run(script)
    await agent.close()
    assert.equal(stderr, '')
    assert.deepEqual(JSON.parse(stdout), [1, 'agent.invalid'])
  })

  test('a lookup that throws costs traces, not the program', async () => {
    const script = `
      const lookup = () => { throw new Error('lookup') }
      tracer.init({ hostname: 'agent.invalid', lookup })
      tracer.trace('work', () => {})
      tracer.flush().then(({ sent }) => console.log(sent))`
    const { stdout, code } = await run(script)
    assert.deepEqual([stdout.trim(), code], ['0', 0])
  })
})
