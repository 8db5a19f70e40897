/** Reads sampling rules in the spellings of users. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseRules, ruleMatches } from '../../../../src/trace/sampling/rules'
import { start } from '../propagation/support'

test('reads JSON with snake_case and lists with camelCase', () => {
  for (const input of [
    '[{"service":"web-*","name":"web.?","resource":"GET *","tags":{"env":"prod"},"sample_rate":0.5,"max_per_second":10}]',
    [
      {
        service: 'web-*',
        name: 'web.?',
        resource: 'GET *',
        tags: { env: 'prod' },
        sampleRate: 0.5,
        maxPerSecond: 10,
      },
    ],
    [
      {
        service: /^web-/,
        name: 'web.?',
        resource: 'GET *',
        tags: { env: /^prod$/ },
        sample_rate: 0.5,
        max_per_second: 10,
      },
    ],
  ]) {
    const { rules, problems } = parseRules(input)
    assert.deepEqual(problems, [])
    const [rule] = rules
    assert.equal(rule.service?.('web-x'), true)
    assert.equal(rule.service?.('api'), false)
    assert.equal(rule.name?.('web.x'), true)
    assert.equal(rule.resource?.('GET /'), true)
    assert.equal(rule.tags[0][0], 'env')
    assert.equal(rule.tags[0][1]('prod'), true)
    assert.equal(rule.sampleRate, 0.5)
    assert.equal(rule.maxPerSecond, 10)
    assert.equal(rule.mechanism, 3)
  }
})

test('provenance sets the decision maker', () => {
  const { rules } = parseRules([
    { sample_rate: 1, provenance: 'customer' },
    { sample_rate: 1, provenance: 'dynamic' },
    { sample_rate: 1, provenance: 'other' },
  ])
  assert.deepEqual(
    rules.map(rule => rule.mechanism),
    [11, 12, 3],
  )
})

test('no input gives no rules and no problem', () => {
  for (const input of [undefined, null, '', '  ', '[]', []])
    assert.deepEqual(parseRules(input), { rules: [], problems: [] })
})

for (const [what, input, problem] of [
  ['text that is no JSON', '[{', /not JSON/],
  ['JSON that is no list', '{"sample_rate":1}', /not a list/],
  ['a number', 5, /not a list/],
  ['an entry that is no object', [5], /rule 1: not an object/],
  ['a missing rate', [{ service: 'x' }], /rule 1: sample_rate is missing/],
  ['a rate of null', [{ sample_rate: null }], /sample_rate is missing/],
  ['a rate of NaN', [{ sampleRate: Number.NaN }], /not a number/],
  ['a rate that is no number', [{ sample_rate: 'high' }], /not a number/],
  ['an empty rate', [{ sample_rate: '' }], /not a number/],
  ['a service that is no pattern', [{ sample_rate: 1, service: 5 }], /service is not a pattern/],
  ['a tag that is no pattern', [{ sample_rate: 1, tags: { a: {} } }], /tags.a is not a pattern/],
  ['tags that are no object', [{ sample_rate: 1, tags: 'x' }], /tags is not a pattern/],
  ['a limit that is no number', [{ sample_rate: 1, max_per_second: 'x' }], /max_per_second/],
] as const) {
  test(`skips ${what} and reports that`, () => {
    const { rules, problems } = parseRules(input)
    assert.equal(rules.length, 0)
    assert.equal(problems.length, 1)
    assert.match(problems[0], problem)
  })
}

test('a malformed rule does not affect the others', () => {
  const { rules, problems } = parseRules('[{"sample_rate":0.1},{},{"sample_rate":"0.2"}]')
  assert.deepEqual(
    rules.map(rule => rule.sampleRate),
    [0.1, 0.2],
  )
  assert.equal(problems.length, 1)
})

test('rates are clamped, which is reported', () => {
  const { rules, problems } = parseRules([
    { sample_rate: 1.5 },
    { sample_rate: -1 },
    { sample_rate: 0 },
    { sample_rate: 1 },
  ])
  assert.deepEqual(
    rules.map(rule => rule.sampleRate),
    [1, 0, 0, 1],
  )
  assert.equal(problems.length, 2)
})

test('a default rate replaces a missing one', () => {
  assert.equal(parseRules([{ service: 'x' }], 1).rules[0].sampleRate, 1)
})

test('every pattern has to match the span', () => {
  const matches = (rule: object, tags = {}, globalTags = {}) => {
    const span = start(undefined, tags)
    span.resource = 'GET /users'
    return ruleMatches(parseRules([{ sample_rate: 1, ...rule }]).rules[0], span, globalTags)
  }
  assert.equal(matches({}), true)
  assert.equal(matches({ service: '', name: '', resource: '' }), true)
  assert.equal(matches({ service: 'shop' }), true)
  assert.equal(matches({ service: 'other' }), false)
  assert.equal(matches({ name: 'web.*' }), true)
  assert.equal(matches({ name: 'db.*' }), false)
  assert.equal(matches({ resource: 'get /*' }), true)
  assert.equal(matches({ resource: 'post *' }), false)
  assert.equal(matches({ service: 'shop', name: 'db.*' }), false)
  assert.equal(matches({ tags: { a: '2?' } }, { a: 20 }), true)
  assert.equal(matches({ tags: { a: '2?' } }, { a: 20.5 }), false)
  assert.equal(matches({ tags: { a: '2?' } }), false)
  assert.equal(matches({ tags: { a: '*' } }), true)
  assert.equal(matches({ tags: { 'span.kind': 'server' } }), true)
  assert.equal(matches({ tags: { env: 'prod' } }, {}, { env: 'prod' }), true)
  assert.equal(matches({ tags: { env: 'prod' } }, { env: 'test' }, { env: 'prod' }), false)
  assert.equal(matches({ tags: { a: 'x', b: 'y' } }, { a: 'x', b: 'z' }), false)
})

test('the resource of a span without one is its name', () => {
  assert.equal(
    ruleMatches(parseRules([{ sample_rate: 1, resource: 'web.request' }]).rules[0], start(), {}),
    true,
  )
})
