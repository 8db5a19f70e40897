/** Compares the decision by hash with its formula in bigints. */

import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { test } from 'node:test'
import { keepByHash } from '../../../../src/trace/sampling/hash'

const MAX = 2n ** 64n - 1n

function formula(id: bigint, rate: number): boolean {
  return BigInt.asUintN(64, id * 1111111111111111111n) <= BigInt(Math.floor(rate * Number(MAX)))
}

function keep(id: bigint, rate: number): boolean {
  return keepByHash(Number(BigInt.asIntN(32, id >> 32n)), Number(BigInt.asIntN(32, id)), rate)
}

const RATES = [1e-19, 1e-9, 0.000001, 0.001, 0.1, 0.25, 1 / 3, 0.5, 0.75, 0.9, 0.999999, 1 - 2 ** -53]

test('agrees with the formula on 10 000 random ids at every rate', () => {
  const bytes = randomBytes(80_000)
  for (const rate of RATES) {
    let kept = 0
    for (let at = 0; at < bytes.length; at += 8) {
      const id = bytes.readBigUInt64BE(at)
      assert.equal(keep(id, rate), formula(id, rate), `${id} at ${rate}`)
      if (keep(id, rate)) kept++
    }
    // Five standard deviations: one failure in two million runs.
    const allowed = 5 * Math.sqrt(10_000 * rate * (1 - rate)) + 1
    assert.ok(Math.abs(kept - 10_000 * rate) <= allowed, `${kept} kept at ${rate}`)
  }
})

test('agrees at the boundary of every rate', () => {
  // The inverse of the multiplier gives the id for a hash.
  let inverse = 1n
  for (let round = 0; round < 6; round++) {
    inverse = BigInt.asUintN(64, inverse * (2n - 1111111111111111111n * inverse))
  }
  assert.equal(BigInt.asUintN(64, inverse * 1111111111111111111n), 1n)
  for (const rate of RATES) {
    const threshold = BigInt(Math.floor(rate * Number(MAX)))
    assert.equal(keep(BigInt.asUintN(64, threshold * inverse), rate), true, `last kept at ${rate}`)
    assert.equal(
      keep(BigInt.asUintN(64, (threshold + 1n) * inverse), rate),
      false,
      `first dropped at ${rate}`,
    )
  }
})

test('agrees on ids of few bits', () => {
  for (let bit = 0n; bit < 64n; bit++) {
    for (const id of [1n << bit, (1n << bit) - 1n, MAX - (1n << bit)]) {
      for (const rate of RATES) assert.equal(keep(id, rate), formula(id, rate))
    }
  }
})

test('rate 1 keeps all and rate 0 none, whatever the id', () => {
  for (const id of [0n, 1n, MAX]) {
    assert.equal(keep(id, 1), true)
    assert.equal(keep(id, 2), true)
    assert.equal(keep(id, 0), false)
    assert.equal(keep(id, -1), false)
    assert.equal(keep(id, Number.NaN), false)
  }
})

test('agrees with recorded ids and decisions', () => {
  for (const [id, at50] of [
    [1n, true],
    [9223372036854775808n, true],
  ] as const) {
    assert.equal(keep(id, 0.5), at50)
  }
})
