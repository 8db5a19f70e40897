/** The reader of pprof: what it refuses, and that nothing of it takes long. */

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { decodePprof } from '../../../src/agent/profiles/pprof'
import { madeProfile } from '../../support/made-profiles'

const SMALL = madeProfile(
  ['samples/count', 'wall/nanoseconds'],
  [
    {
      stack: ['leaf@a.js:3', 'root@a.js:1'],
      values: [1, -5n],
      labels: { 'span id': 2n ** 64n - 1n, thread: 'main' },
    },
    { stack: ['root@a.js:1'], values: [2, 2n ** 40n] },
  ],
)

test('reads types, stacks, values with their sign, and labels', () => {
  const { sampleTypes, defaultType, samples } = decodePprof(SMALL)
  assert.deepEqual(sampleTypes, [
    { type: 'samples', unit: 'count' },
    { type: 'wall', unit: 'nanoseconds' },
  ])
  assert.equal(defaultType, 1)
  assert.deepEqual(samples[0].stack, [
    { name: 'leaf', file: 'a.js', line: 3 },
    { name: 'root', file: 'a.js', line: 1 },
  ])
  assert.equal(samples[0].stack[1], samples[1].stack[0])
  assert.deepEqual(
    samples.map(({ values }) => values),
    [
      [1, -5],
      [2, 2 ** 40],
    ],
  )
  assert.equal(samples[0].labels.get('thread'), 'main')
})

test('reads an id of 64 bits as the unsigned number that it is', () => {
  assert.equal(decodePprof(SMALL).samples[0].labels.get('span id'), '18446744073709551615')
})

test('takes the default type by its name', () => {
  assert.equal(decodePprof(madeProfile(['a/count', 'b/count'], [], 'a')).defaultType, 0)
  assert.equal(decodePprof(madeProfile(['a/count', 'b/count'], [], 'gone')).defaultType, 1)
})

test('names samples without a stack by their event', () => {
  const names = decodePprof(
    madeProfile(
      ['timeline/nanoseconds'],
      [
        { stack: [''], values: [1], labels: { event: 'fs', operation: 'open' } },
        { stack: [''], values: [1], labels: { event: 'gc', 'gc type': 'major' } },
        { stack: [], values: [1] },
      ],
    ),
  ).samples.map(({ stack }) => stack[0].name)
  assert.deepEqual(names, ['(fs open)', '(gc major)', '(no code)'])
})

describe('refuses', () => {
  const field = (number: number, bytes: readonly number[]) => [number * 8 + 2, bytes.length, ...bytes]
  const type = [...field(6, []), ...field(1, [8, 0])]
  const cases: [string, number[] | Buffer, RegExp][] = [
    ['nothing', [], /it is empty/],
    ['text', Buffer.from('hello'), /unexpected tag 0x6c at byte 2/],
    ['a profile without types', [...field(6, [])], /no sample types/],
    ['a field that is cut off', SMALL.subarray(0, -1), /cut off/],
    ['a number without end', [...type, 0x48, ...Array(10).fill(0x80)], /no number at byte 7/],
    [
      'a packed number of 11 bytes',
      [...type, ...field(2, field(1, [...Array(10).fill(0x80), 0]))],
      /no number/,
    ],
    ['a group', [...type, 0x0b], /unexpected tag 0xb/],
    ['a tag of two bytes', [...type, 0x80, 0x01, 0x00], /unexpected tag 0x80/],
    ['a string that is not there', [...field(6, []), ...field(1, [8, 9])], /there is no string 9/],
    [
      'a location that is not there',
      [...type, ...field(2, [...field(1, [7]), ...field(2, [1])])],
      /location 7/,
    ],
    ['values for other types', [...type, ...field(2, field(2, [1, 2]))], /sample 0 has 2 values for 1/],
    ['a function that is not there', [...type, ...field(4, [8, 1, ...field(4, [8, 5])])], /function 5/],
  ]
  for (const [what, bytes, message] of cases) {
    test(what, () => {
      assert.throws(() => decodePprof(Buffer.from(bytes)), { name: 'DecodeError', message })
    })
  }

  test('every prefix of a valid pprof, with a reason', () => {
    for (let length = 0; length < SMALL.length; length++) {
      try {
        decodePprof(SMALL.subarray(0, length))
      } catch (error) {
        assert.equal((error as Error).name, 'DecodeError', `${length}: ${error}`)
      }
    }
  })

  test('a pprof with a single wrong byte, unless it is still valid', () => {
    for (let at = 0; at < SMALL.length; at++) {
      for (const value of [0, 0x7f, 0x80, 0xff]) {
        const bytes = Buffer.from(SMALL)
        bytes[at] = value
        try {
          decodePprof(bytes)
        } catch (error) {
          assert.equal((error as Error).name, 'DecodeError', `${at}: ${error}`)
        }
      }
    }
  })

  test('more messages than the limit', () => {
    const samples = (count: number) =>
      Buffer.concat([Buffer.from(type), Buffer.alloc(count * 2, Buffer.from([0x12, 0]))])
    assert.throws(() => decodePprof(samples(2_000_000)), /more than 2000000 messages/)
  })
})
