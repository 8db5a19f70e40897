/** Matches globs and regular expressions of sampling rules. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { globMatcher, regExpMatcher } from '../../../../src/trace/sampling/matcher'
import { endsByItself } from '../../../support/ends-by-itself'

for (const [pattern, subject, matches] of [
  ['web', 'web', true],
  ['web', 'WEB', true],
  ['WEB', 'web', true],
  ['web', 'webs', false],
  ['web', 'xweb', false],
  ['web', '', false],
  ['web*', 'web', true],
  ['web*', 'web-store', true],
  ['*web', 'my-web', true],
  ['*web*', 'a web b', true],
  ['w*b', 'wb', true],
  ['w*b', 'w-b-b', true],
  ['w*b', 'w-b-c', false],
  ['a*b*c', 'a1b2c', true],
  ['a*b*c', 'a1c2b', false],
  ['w?b', 'web', true],
  ['w?b', 'wb', false],
  ['w?b', 'weeb', false],
  ['???', 'abc', true],
  ['???', 'ab', false],
  ['?', '', false],
  ['?*', '', false],
  ['?*', 'x', true],
  ['*?', 'x', true],
  ['w?', 'w\ud83d\ude00', true],
  ['w??', 'w\ud83d\ude00', false],
  ['*\ud83d\ude00', 'x\ud83d\ude00', true],
  ['a.c', 'a.c', true],
  ['a.c', 'abc', false],
  ['[ab]', 'a', false],
  ['[ab]', '[ab]', true],
  ['a+', 'aa', false],
  ['^a$', 'a', false],
  ['a\\*', 'a\\x', true],
  ['a\\*', 'a*', false],
  ['(a|b)', 'a', false],
  ['*', 'anything', true],
  ['*', '', true],
  ['*', undefined, true],
  ['**', undefined, true],
  ['***', undefined, true],
  ['*a*', undefined, false],
  ['a', undefined, false],
  ['?', undefined, false],
  ['*a*b*c*', 'xaybzcw', true],
  ['GET /users/*', 'get /users/5', true],
  ['20', 20, true],
  ['20', 20.0, true],
  ['2*', 20, true],
  ['2?', 20, true],
  ['20', 20.5, false],
  ['20*', 20.5, false],
  ['2?.5', 20.5, false],
  ['*', 20.5, true],
  ['**', 20.5, true],
  ['0', 0, true],
  ['-1', -1, true],
  ['*', Number.NaN, true],
  ['nan', Number.NaN, false],
  ['true', true, true],
  ['t*', true, true],
  ['false', false, true],
] as const) {
  test(`${JSON.stringify(pattern)} ${matches ? 'matches' : 'does not match'} ${JSON.stringify(subject)}`, () => {
    assert.equal(globMatcher(pattern)(subject), matches)
  })
}

test('agrees with a regular expression on random patterns and texts', () => {
  let state = 7
  const next = (below: number) => {
    state = (state * 48271) % 2147483647
    return state % below
  }
  for (let round = 0; round < 20_000; round++) {
    let pattern = ''
    let text = ''
    for (let left = next(6) + 1; left > 0; left--) pattern += 'ab*?'[next(4)]
    for (let left = next(8) + 1; left > 0; left--) text += 'ab'[next(2)]
    const expected = new RegExp(`^${pattern.replace(/[*]/g, '.*').replace(/[?]/g, '.')}$`).test(text)
    assert.equal(globMatcher(pattern)(text), expected, `${pattern} ${text}`)
  }
})

test('a hostile pattern on a hostile text ends', () => {
  const matches = globMatcher(`${'*a'.repeat(50)}b`)
  assert.equal(
    endsByItself(() => matches('a'.repeat(25_000))),
    false,
  )
})

test('regular expressions match parts, without state between calls', () => {
  const matches = regExpMatcher(/wEb/gi)
  assert.equal(matches('my-web'), true)
  assert.equal(matches('my-web'), true)
  assert.equal(matches('other'), false)
  assert.equal(matches(undefined), false)
  assert.equal(regExpMatcher(/^5/y)(500), true)
})
