/** The rate limiter, on a clock that the test sets. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { RateLimiter } from '../../../../src/trace/sampling/limiter'

function limiterAt(limit: number) {
  const clock = { ms: 5000 }
  const limiter = new RateLimiter(limit, () => clock.ms)
  return {
    clock,
    limiter,
    pass: (count: number) => Array.from({ length: count }, () => limiter.allow()).filter(Boolean).length,
  }
}

test('lets no more than the limit pass in each second', () => {
  const { clock, pass } = limiterAt(3)
  assert.equal(pass(2), 2)
  clock.ms = 5999
  assert.equal(pass(5), 1)
  clock.ms = 6000
  assert.equal(pass(5), 3)
})

test('a negative limit is no limit, and is reported as 1', () => {
  const { limiter, pass } = limiterAt(-1)
  assert.equal(pass(1000), 1000)
  assert.equal(limiter.effectiveRate, 1)
})

test('a limit of 0 lets nothing pass', () => {
  const { limiter, pass } = limiterAt(0)
  assert.equal(limiter.effectiveRate, 1)
  assert.equal(pass(10), 0)
  assert.equal(limiter.effectiveRate, 0)
})

test('a limit below 1 lets one pass', () => assert.equal(limiterAt(0.5).pass(10), 1))

test('the effective rate is that of this second and the one before', () => {
  const { clock, limiter, pass } = limiterAt(2)
  pass(1)
  assert.equal(limiter.effectiveRate, 1)
  pass(3)
  assert.equal(limiter.effectiveRate, 0.5)
  clock.ms = 6500
  pass(1)
  assert.equal(limiter.effectiveRate, 3 / 5)
  pass(3)
  assert.equal(limiter.effectiveRate, 4 / 8)
  clock.ms = 8000
  pass(1)
  assert.equal(limiter.effectiveRate, 1)
})

test('the real clock works', () => assert.equal(new RateLimiter(1).allow(), true))
