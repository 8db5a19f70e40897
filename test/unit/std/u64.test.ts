/** 64-bit numbers as two words, against BigInt. */

import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { test } from 'node:test'
import { parseDecimal, parseHex, toBigInt, toDecimal, toHex, type Words } from '../../../src/std/u64'

const MAX = 2n ** 64n - 1n

const values: bigint[] = [0n, 1n, 9n, 10n, MAX, MAX - 1n, 2n ** 53n - 1n, 2n ** 53n, 2n ** 53n + 1n]
for (let bit = 0n; bit < 64n; bit++) values.push(2n ** bit, 2n ** bit - 1n, MAX - 2n ** bit)
for (let digits = 1n; digits < 20n; digits++)
  values.push(10n ** digits, 10n ** digits - 1n, 10n ** digits + 1n)
for (const bytes = randomBytes(80_000); values.length < 10_000; ) {
  const at = values.length * 8
  const width = BigInt(1 + (bytes[at] % 64))
  values.push(bytes.readBigUInt64LE(at) >> (64n - width))
}

const words = (value: bigint): [number, number] => [
  Number(BigInt.asIntN(32, value >> 32n)),
  Number(BigInt.asIntN(32, value)),
]

test('writes decimal and hexadecimal digits', () => {
  for (const value of values) {
    const [hi, lo] = words(value)
    assert.equal(toBigInt(hi, lo), value)
    const hex = value.toString(16).padStart(16, '0')
    for (const [text, expected] of [
      [toDecimal(hi, lo), String(value)],
      [toHex(hi, lo), hex],
    ]) {
      assert.equal(text, expected)
    }
  }
})

test('reads decimal and hexadecimal digits', () => {
  const out: Words = { hi: 7, lo: 7 }
  for (const value of values) {
    const decimal = String(value)
    const hex = value.toString(16).padStart(16, '0')
    for (const read of [
      () => parseDecimal(decimal, out),
      () => parseDecimal(decimal.padStart(20, '0'), out),
      () => parseHex(`xx${hex}yy`, 2, out),
      () => parseHex(hex.toUpperCase(), 0, out),
    ]) {
      assert.equal(read(), true)
      assert.deepEqual([out.hi, out.lo], words(value), decimal)
    }
  }
})

for (const text of [
  '',
  '-1',
  '+1',
  '1.5',
  '1e5',
  ' 1',
  '1 ',
  '0x1',
  '1\u0661',
  '\u0131',
  '18446744073709551616',
  '18446744073709551620',
  '28446744073709551615',
  '99999999999999999999',
  '000000000000000000001',
  '12345678901234567890x',
  '1234x678901234567890',
  'x2345678901234567890',
]) {
  test(`refuses the decimal text ${JSON.stringify(text)} and leaves the words alone`, () => {
    const out: Words = { hi: 7, lo: 7 }
    assert.equal(parseDecimal(text, out), false)
    assert.deepEqual(out, { hi: 7, lo: 7 })
  })
}

test('refuses hexadecimal text with anything but digits in it', () => {
  const digits = '0123456789abcdef'
  for (let at = 0; at < 16; at++) {
    for (const character of [
      'g',
      'G',
      '/',
      ':',
      '@',
      '`',
      ' ',
      '\u0000',
      '\u007f',
      '\u0130',
      '\u0161',
      '\ud800',
      '\uff11',
    ]) {
      const text = digits.slice(0, at) + character + digits.slice(at + 1)
      assert.equal(parseHex(text, 0, { hi: 0, lo: 0 }), false, text)
    }
    assert.equal(parseHex(digits.slice(0, at), 0, { hi: 0, lo: 0 }), false)
  }
})
