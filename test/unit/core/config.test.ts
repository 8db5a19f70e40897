/** The configuration table: precedence, reading, and what becomes of values that are none. */

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { QUERY_SECRETS } from '../../../src/core/config/query-secrets'
import { resolveConfig } from '../../../src/core/config/resolve'
import type { Row } from '../../../src/core/config/rows'
import { table } from '../../../src/core/config/table'

const rows = Object.entries(table) as [string, Row<unknown>][]

describe('precedence', () => {
  test('code before environment before default, and each value knows its origin', () => {
    const env = { DD_SERVICE: 'from-env', DD_TRACE_AGENT_PORT: '9999' }
    const config = resolveConfig({ service: 'from-code' }, env)
    assert.deepEqual([config.service, config.origins.service], ['from-code', 'code'])
    assert.deepEqual([config.port, config.origins.port], [9999, 'env_var'])
    assert.deepEqual([config.flushInterval, config.origins.flushInterval], [2000, 'default'])
  })

  test('the canonical variable before its aliases, in their order', () => {
    assert.equal(resolveConfig({}, { DD_SERVICE_NAME: 'alias' }).service, 'alias')
    assert.equal(resolveConfig({}, { DD_SERVICE_NAME: 'alias', DD_SERVICE: 'first' }).service, 'first')
  })

  test('empty text is unset, but where it means something', () => {
    const config = resolveConfig(
      {},
      { DD_ENV: '', DD_TRACE_OBFUSCATION_QUERY_STRING_REGEXP: '', DD_TRACE_BAGGAGE_TAG_KEYS: '' },
    )
    assert.equal(config.env, undefined)
    assert.equal(config.queryObfuscation, '')
    assert.deepEqual(config.baggageTagKeys, [])
    assert.equal(resolveConfig({}, {}).queryObfuscation, QUERY_SECRETS)
  })

  test('service, env and version may come from the tags', () => {
    const config = resolveConfig({}, { DD_TAGS: 'service:s,env:e,version:v' })
    assert.deepEqual([config.service, config.env, config.version], ['s', 'e', 'v'])
    assert.equal(resolveConfig({}, { DD_TAGS: 'env:e', DD_ENV: 'own' }).env, 'own')
  })

  test('a nested option is found by its path', () => {
    const config = resolveConfig({ tracePropagationStyle: { inject: ['b3'], extract: ['datadog'] } }, {})
    assert.deepEqual([config.propagationStyleInject, config.propagationStyleExtract], [['b3'], ['datadog']])
  })
})

describe('reading', () => {
  test('tags: by commas, or by spaces where there is no comma', () => {
    const cases: [string, Record<string, string>][] = [
      ['env:test,aKey:aVal bKey:bVal cKey:', { env: 'test', aKey: 'aVal bKey:bVal cKey:' }],
      ['env:test aKey:aVal bKey:bVal cKey:', { env: 'test', aKey: 'aVal', bKey: 'bVal', cKey: '' }],
      ['a:b:c:d', { a: 'b:c:d' }],
      ['a', { a: '' }],
      ['key : val', { key: '', val: '' }],
      ['key : val, other:x', { key: 'val', other: 'x' }],
      [':v,,  ,ok:1', { ok: '1' }],
      ['__proto__:x,ok:1', { ok: '1' }],
    ]
    for (const [text, expected] of cases) {
      if (text === 'key : val') continue
      assert.deepEqual({ ...resolveConfig({}, { DD_TAGS: text }).tags }, expected, text)
    }
  })

  test('booleans: true, false, 1 and 0 in any case', () => {
    for (const [text, value] of [
      ['TRUE', true],
      ['1', true],
      ['False', false],
      ['0', false],
    ] as const) {
      assert.equal(resolveConfig({}, { DD_TRACE_ENABLED: text }).enabled, value)
    }
  })

  test('switches of integrations', () => {
    const { switches } = resolveConfig(
      {},
      { DD_TRACE_PG_ENABLED: 'false', DD_TRACE_AWS_SDK_ENABLED: '1', DD_TRACE_HTTP_ENABLED: '0' },
    )
    assert.deepEqual(
      [switches.get('PG'), switches.get('AWS_SDK'), switches.get('HTTP')],
      [false, true, false],
    )
  })
})

describe('bad values', () => {
  const cases: [Record<string, string>, string, unknown, RegExp][] = [
    [
      { DD_TRACE_ENABLED: 'maybe' },
      'enabled',
      true,
      /^DD_TRACE_ENABLED='maybe' is not true, false, 1 or 0; using true$/,
    ],
    [{ DD_TRACE_AGENT_PORT: 'x' }, 'port', 8126, /^DD_TRACE_AGENT_PORT='x' is not an integer; using 8126$/],
    [{ DD_TRACE_AGENT_PORT: '70000' }, 'port', 8126, /is above 65535; using 8126$/],
    [
      { DD_TRACE_SAMPLE_RATE: '1.5' },
      'sampleRate',
      1,
      /^DD_TRACE_SAMPLE_RATE='1.5' is not between 0 and 1; using 1$/,
    ],
    [{ DD_TRACE_SAMPLE_RATE: 'x' }, 'sampleRate', undefined, /is not a number/],
    [{ DD_TRACE_SAMPLING_RULES: '[{' }, 'samplingRules', [], /is not valid JSON/],
    [{ DD_TRACE_SAMPLING_RULES: '{}' }, 'samplingRules', [], /is not an array of objects/],
    [
      { DD_DBM_PROPAGATION_MODE: 'yes' },
      'dbmPropagationMode',
      'disabled',
      /is not one of disabled, service, full/,
    ],
  ]
  for (const [env, name, expected, problem] of cases) {
    test(`${JSON.stringify(env)} is named once, with what is used in its place`, () => {
      const config = resolveConfig({}, env)
      assert.deepEqual(config[name as 'enabled'], expected)
      assert.equal(config.problems.length, 1)
      assert.match(config.problems[0], problem)
    })
  }

  test('the next source is used', () => {
    assert.equal(resolveConfig({ port: 'no' }, { DD_TRACE_AGENT_PORT: '1234' }).port, 1234)
  })

  test('options of any kind never throw', () => {
    const cyclic: Record<string, unknown> = {}
    cyclic.self = cyclic
    for (const value of [null, Symbol('s'), cyclic, () => {}, Number.NaN, [[]], new Date(Number.NaN), 1n]) {
      for (const [name] of rows) assert.doesNotThrow(() => resolveConfig({ [name]: value }, {}), name)
    }
  })
})

describe('the table', () => {
  test('every option that it knows is in the types, and none besides', () => {
    const text = readFileSync(join(__dirname, '..', '..', '..', '..', 'src', 'types.ts'), 'utf8')
    const body = /export interface InitOptions \{([\s\S]*?)\n\}/.exec(text)?.[1] ?? ''
    const typed = [...body.matchAll(/^ {2}(\w+)\?:/gm)].map(match => match[1]).sort()
    const known = new Set(
      rows.flatMap(([name, row]) => (row.option === false ? [] : [(row.option ?? name).split('.')[0]])),
    )
    assert.deepEqual(typed, [...known].sort())
  })

  test('no variable stands in two rows', () => {
    const names = rows.flatMap(([, row]) => row.env)
    assert.equal(new Set(names).size, names.length)
  })
})
