/** Packets are filled to their last byte, and never above it. */

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { Context } from '../../../src/metrics/context'
import { Packets } from '../../../src/metrics/packets'

const LIMIT = 64

function filling(limit = LIMIT) {
  const packets: string[] = []
  const lost: number[] = []
  let isFull = false
  const sink = {
    take: (limitBytes: number) => (isFull ? undefined : Buffer.alloc(limitBytes)),
    push: (buffer: Buffer, length: number) => packets.push(buffer.toString('utf8', 0, length)),
    lost: (bytes: number) => lost.push(bytes),
  }
  return {
    packets,
    lost,
    filler: new Packets(sink, limit),
    fill() {
      isFull = true
    },
  }
}

/** A line of `bytes` with the value `1`. */
function contextOf(bytes: number, kind: 'c' | 'd' = 'c'): Context {
  return new Context(kind, 'n'.repeat(bytes - 4), `|${kind}`)
}

describe('lines of series', () => {
  test('fill a packet exactly', () => {
    const { filler, packets } = filling()
    // 31 + 1 + 32 bytes.
    filler.addValue(contextOf(31), '1')
    filler.addValue(contextOf(32), '1')
    filler.close()
    assert.deepEqual(
      packets.map(packet => packet.length),
      [LIMIT],
    )
  })

  test('begin a new packet when they are one byte too long', () => {
    const { filler, packets } = filling()
    filler.addValue(contextOf(32), '1')
    filler.addValue(contextOf(32), '1')
    filler.close()
    assert.deepEqual(
      packets.map(packet => packet.length),
      [32, 32],
    )
  })

  test('may be as long as a packet, and no longer', () => {
    const { filler, packets } = filling()
    assert.equal(filler.addValue(contextOf(LIMIT), '1'), true)
    assert.equal(filler.addValue(contextOf(LIMIT + 1), '1'), false)
    filler.close()
    assert.deepEqual(
      packets.map(packet => packet.length),
      [LIMIT],
    )
  })

  for (const spare of [4, 5]) {
    test(`take further values of their series, to the last byte or the one before it (${spare})`, () => {
      const { filler, packets } = filling()
      const context = contextOf(LIMIT - spare, 'd')
      for (const value of ['1', '2', '3', '4']) filler.addValue(context, value)
      filler.close()
      const head = 'n'.repeat(LIMIT - spare - 4)
      assert.deepEqual(packets, [`${head}:1:2:3|d`, `${head}:4|d`])
      assert.equal(packets[0].length, LIMIT - spare + 4)
    })
  }

  test('of another series in between end that', () => {
    const { filler, packets } = filling()
    const context = contextOf(5, 'd')
    const other = contextOf(6, 'd')
    for (const each of [context, other, context]) filler.addValue(each, '1')
    filler.close()
    assert.deepEqual(packets, ['n:1|d\nnn:1|d\nn:1|d'])
  })
})

describe('whole lines', () => {
  test('are counted in bytes', () => {
    const { filler, packets } = filling()
    assert.equal(filler.addLine('é'.repeat(LIMIT / 2)), true)
    assert.equal(filler.addLine(`${'é'.repeat(LIMIT / 2)}x`), false)
    assert.equal(filler.addLine(`${'😀'.repeat(7)}abc`), true)
    assert.equal(filler.addLine(`${'€'.repeat(10)}ab`), true)
    filler.close()
    assert.deepEqual(
      packets.map(packet => Buffer.byteLength(packet)),
      [LIMIT, LIMIT],
    )
  })

  test('stand between values of a series', () => {
    const { filler, packets } = filling()
    const context = contextOf(5, 'd')
    filler.addValue(context, '1')
    filler.addLine('_sc|x|0')
    filler.addValue(context, '2')
    filler.close()
    assert.deepEqual(packets, ['n:1|d\n_sc|x|0\nn:2|d'])
  })
})

test('a line that no buffer is to be had for is lost, and reported', () => {
  const { filler, lost, packets, fill } = filling()
  fill()
  assert.equal(filler.addValue(contextOf(10), '1'), true)
  assert.equal(filler.addLine('abc'), true)
  filler.close()
  assert.deepEqual(lost, [10, 3])
  assert.deepEqual(packets, [])
})

test('another limit holds from the next packet on', () => {
  const { filler, packets } = filling()
  filler.addLine('a'.repeat(10))
  filler.limitBytes = 20
  filler.addLine('b'.repeat(20))
  assert.equal(filler.addLine('c'.repeat(21)), false)
  filler.close()
  assert.deepEqual(packets, ['a'.repeat(10), 'b'.repeat(20)])
})
