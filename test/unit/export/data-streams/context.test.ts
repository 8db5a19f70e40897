/** The header of a pathway. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { decodePathway, encodePathway } from '../../../../src/export/data-streams/context'

const HASH = Buffer.from('0123456789abcdef', 'hex')
const plain = (text: string) => {
  const pathway = decodePathway(text)
  return pathway && { ...pathway, hash: Buffer.from(pathway.hash).toString('hex') }
}

test('is what other tracers write: hash, and two zig-zag varints of ms', () => {
  // 1 685 673 482 722 ms and 1 685 673 506 404 ms, doubled, in groups of seven bits, the lowest first.
  const expected = Buffer.from([
    ...HASH,
    ...varint(1_685_673_482_722n * 2n),
    ...varint(1_685_673_506_404n * 2n),
  ])
  const text = encodePathway({ hash: HASH, startMs: 1_685_673_482_722, edgeStartMs: 1_685_673_506_404 })
  assert.equal(text, expected.toString('base64'))
  assert.equal(expected.length, 20)
})

test('is filled up with zeros to 20 bytes', () => {
  const text = encodePathway({ hash: HASH, startMs: 0, edgeStartMs: 64 })
  assert.deepEqual([...Buffer.from(text, 'base64').subarray(8)], [0, 0x80, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0])
  assert.deepEqual(plain(text), { hash: '0123456789abcdef', startMs: 0, edgeStartMs: 64 })
})

test('is read as it was written', () => {
  for (const [startMs, edgeStartMs] of [
    [1, 2],
    [63, 64],
    [Date.now(), Date.now() + 1],
    [2 ** 40, 2 ** 41],
  ]) {
    const text = encodePathway({ hash: HASH, startMs, edgeStartMs })
    assert.deepEqual(plain(text), { hash: '0123456789abcdef', startMs, edgeStartMs })
  }
})

test('anything else is no pathway', () => {
  const whole = Buffer.from(encodePathway({ hash: HASH, startMs: 2 ** 40, edgeStartMs: 2 ** 40 }), 'base64')
  for (const text of ['', 'x', '!!!!', HASH.toString('base64'), whole.subarray(0, 15).toString('base64')]) {
    assert.equal(decodePathway(text), undefined, text)
  }
  assert.equal(decodePathway(Buffer.concat([HASH, Buffer.alloc(12, 0xff)]).toString('base64')), undefined)
})

function varint(value: bigint): number[] {
  return value < 0x80n ? [Number(value)] : [Number(value & 0x7fn) | 0x80, ...varint(value >> 7n)]
}
