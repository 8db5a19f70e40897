/** The configuration table: precedence, reading of values, and bad values. */

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { Notes } from '../../../src/core/config/notes'
import { QUERY_SECRETS } from '../../../src/core/config/query-secrets'
import { resolveConfig } from '../../../src/core/config/resolve'
import type { Row } from '../../../src/core/config/row'
import { text } from '../../../src/core/config/rows'
import { sections, table } from '../../../src/core/config/table'

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

  test('an empty text counts as not set, except where it has a meaning', () => {
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

  test('propagation styles in code: one list is for both directions and beats all variables', () => {
    const env = { DD_TRACE_PROPAGATION_STYLE: 'baggage', DD_TRACE_PROPAGATION_STYLE_INJECT: 'b3multi' }
    const stylesOf = (tracePropagationStyle: unknown) => {
      const config = resolveConfig({ tracePropagationStyle }, env)
      return [config.propagationStyle, config.propagationStyleInject, config.propagationStyleExtract]
    }
    assert.deepEqual(stylesOf({ inject: ['b3'], extract: ['datadog'] }), [['baggage'], ['b3'], ['datadog']])
    assert.deepEqual(stylesOf({ extract: ['datadog'] }), [['baggage'], ['b3multi'], ['datadog']])
    assert.deepEqual(stylesOf(['b3']), [['b3'], ['b3'], ['b3']])
    assert.deepEqual(stylesOf('b3'), [['b3'], ['b3'], ['b3']])
  })
})

describe('reading', () => {
  test('tags: by commas, or by spaces where there is no comma', () => {
    const cases: [string, Record<string, string>][] = [
      ['env:test,aKey:aVal bKey:bVal cKey:', { env: 'test', aKey: 'aVal bKey:bVal cKey:' }],
      ['env:test aKey:aVal bKey:bVal cKey:', { env: 'test', aKey: 'aVal', bKey: 'bVal', cKey: '' }],
      ['env:test,aKey:aVal,bKey:bVal,cKey:', { env: 'test', aKey: 'aVal', bKey: 'bVal', cKey: '' }],
      ['env:test     bKey :bVal dKey: dVal cKey:', { env: 'test', bKey: '', dKey: '', dVal: '', cKey: '' }],
      ['env :test, aKey : aVal bKey:bVal cKey:', { env: 'test', aKey: 'aVal bKey:bVal cKey:' }],
      ['env:keyWithA:Semicolon bKey:bVal cKey', { env: 'keyWithA:Semicolon', bKey: 'bVal', cKey: '' }],
      ['env:keyWith:  , ,   Lots:Of:Semicolons ', { env: 'keyWith:', Lots: 'Of:Semicolons' }],
      ['a:b,c,d', { a: 'b', c: '', d: '' }],
      ['a,1', { a: '', 1: '' }],
      ['a:b:c:d', { a: 'b:c:d' }],
      ['a', { a: '' }],
      ['key : val', { key: '', val: '' }],
      ['key : val, other:x', { key: 'val', other: 'x' }],
      [':v,,  ,ok:1', { ok: '1' }],
      ['__proto__:x,ok:1', { ok: '1' }],
    ]
    for (const [given, expected] of cases) {
      assert.deepEqual({ ...resolveConfig({}, { DD_TAGS: given }).tags }, expected, given)
    }
  })

  test('maps without spaces between pairs', () => {
    const { serviceMapping } = resolveConfig(
      {},
      { DD_SERVICE_MAPPING: ' pg : orders db ,redis:a:b, lonely,:x' },
    )
    assert.deepEqual(serviceMapping, { pg: 'orders db', redis: 'a:b', lonely: '' })
  })

  test('lists: trimmed, without empty ones', () => {
    assert.deepEqual(resolveConfig({}, { DD_TRACE_HEADER_TAGS: ' a, b:c ,,' }).headerTags, ['a', 'b:c'])
  })

  test('integers: fractions and letters behind the digits are cut off', () => {
    for (const [given, expected] of [
      ['1.9', 1],
      [' 7 ', 7],
      ['-1', -1],
      ['12ms', 12],
      [1.9, 1],
      [-1.9, -1],
      [1e21, 1e21],
      [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY],
      [1e-7, 0],
    ] as const) {
      assert.equal(resolveConfig({ rateLimit: given }, {}).rateLimit, expected, String(given))
      if (typeof given === 'string')
        assert.equal(resolveConfig({}, { DD_TRACE_RATE_LIMIT: given }).rateLimit, expected, given)
    }
  })

  test('rates: clamped between 0 and 1', () => {
    for (const [given, expected, isWrong] of [
      ['0', 0, false],
      ['1', 1, false],
      ['.5', 0.5, false],
      ['-0.1', 0, true],
      ['1.0001', 1, true],
      [' ', undefined, true],
    ] as const) {
      const { sampleRate, problems } = resolveConfig({}, { DD_TRACE_SAMPLE_RATE: given })
      assert.deepEqual([sampleRate, problems.length > 0], [expected, isWrong], given)
    }
  })

  test('choices: in any case, as a whole', () => {
    assert.equal(resolveConfig({}, { DD_DBM_PROPAGATION_MODE: ' FULL ' }).dbmPropagationMode, 'full')
    assert.equal(resolveConfig({}, { DD_DBM_PROPAGATION_MODE: 'fuller' }).dbmPropagationMode, 'disabled')
  })

  test('texts in code: numbers, booleans and URLs count as their texts', () => {
    const url = new URL('http://agent:1/')
    for (const [given, expected] of [
      [url, 'http://agent:1/'],
      [5, '5'],
      [{}, undefined],
      [() => {}, undefined],
    ] as const) {
      assert.equal(resolveConfig({ url: given }, {}).url, expected)
    }
    assert.deepEqual(resolveConfig({ tags: { a: 1, b: null, c: { d: 1 }, e: false } }, {}).tags, {
      a: '1',
      e: 'false',
    })
    assert.deepEqual(resolveConfig({ tags: ['a:1'] }, {}).tags, {})
    assert.deepEqual(resolveConfig({ headerTags: ['a', {}, 1] }, {}).headerTags, ['a', '1'])
  })

  test('booleans: true, false, 1 and 0 in any case', () => {
    for (const [given, value] of [
      ['TRUE', true],
      ['1', true],
      ['False', false],
      ['0', false],
    ] as const) {
      assert.equal(resolveConfig({}, { DD_TRACE_ENABLED: given }).enabled, value)
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
    const bad = resolveConfig({}, { DD_TRACE_PG_ENABLED: 'maybe', DD_TRACE_REDIS_ENABLED: '' })
    assert.equal(bad.switches.size, 0)
    assert.deepEqual(bad.problems, ["DD_TRACE_PG_ENABLED='maybe' is not true, false, 1 or 0; it is not used"])
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
    test(`${JSON.stringify(env)} is reported once, with the value that is used instead`, () => {
      const config = resolveConfig({}, env)
      assert.deepEqual(config[name as 'enabled'], expected)
      assert.equal(config.problems.length, 1)
      assert.match(config.problems[0], problem)
    })
  }

  test('the next source is used', () => {
    assert.equal(resolveConfig({ port: 'no' }, { DD_TRACE_AGENT_PORT: '1234' }).port, 1234)
  })

  test('a secret is not shown', () => {
    const row = text({ fallback: undefined, doc: 'A key.', isSecret: true })
    const notes = new Notes()
    notes.read(row, 'DD_SOME_KEY', 'hunter2', { problem: 'is too short' })
    notes.settle(row, 'hunter3')
    notes.codeHides(row, 'someKey', 'hunter2', 'DD_SOME_KEY', 'hunter3')
    assert.deepEqual(
      [...notes.problems, notes.hidden[0].sentence],
      [
        'DD_SOME_KEY=(hidden) is too short; using (hidden)',
        'DD_SOME_KEY=(hidden) is not used: init() was given someKey=(hidden)',
      ],
    )
  })

  test('rules that JSON cannot hold are reported as hiding a variable', () => {
    const cyclic: Record<string, unknown> = {}
    cyclic.self = cyclic
    const config = resolveConfig({ samplingRules: [cyclic] }, { DD_TRACE_SAMPLING_RULES: '[]' })
    assert.equal(config.hidden.length, 1)
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
  test('holds each row of each section once', () => {
    const names = sections.flatMap(({ rows }) => Object.keys(rows))
    assert.deepEqual(
      names,
      rows.map(([name]) => name),
    )
    assert.equal(new Set(names).size, names.length)
  })

  test('names a row as its option, unless that is nested or shared', () => {
    const options = rows.map(([, row]) => row.option)
    const renamed = options.filter(
      (option, index) =>
        typeof option === 'string' && !option.includes('.') && options.indexOf(option) === index,
    )
    assert.deepEqual(renamed, ['tracePropagationStyle'])
  })

  test('no variable stands in two rows, but for those of OpenTelemetry that mean two things', () => {
    const names = rows.flatMap(([, row]) =>
      row.env.filter(name => row.fromOtel === undefined || !name.startsWith('OTEL_')),
    )
    const twice = names.filter((name, index) => names.indexOf(name) !== index)
    // These are the variables for all signals, which each signal reads after its own.
    assert.deepEqual(
      twice,
      ['PROTOCOL', 'TIMEOUT', 'COMPRESSION'].map(name => `OTEL_EXPORTER_OTLP_${name}`),
    )
  })
})
