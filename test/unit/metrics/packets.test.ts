/** Packets are filled to their last byte, and never above it. */

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { Packets } from '../../../src/metrics/packets'
import { Series } from '../../../src/metrics/series'

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
function seriesOf(bytes: number, kind: 'c' | 'd' = 'c'): Series {
  return new Series(kind, 'n'.repeat(bytes - 4), `|${kind}`)
}

describe('lines of series', () => {
  test('fill a packet exactly', () => {
    const { filler, packets } = filling()
    // 31 + 1 + 32 bytes.
    filler.addValue(seriesOf(31), '1')
    filler.addValue(seriesOf(32), '1')
    filler.close()
    assert.deepEqual(
      packets.map(packet => packet.length),
      [LIMIT],
    )
  })

  test('begin a new packet when they are one byte too long', () => {
    const { filler, packets } = filling()
    filler.addValue(seriesOf(32), '1')
    filler.addValue(seriesOf(32), '1')
    filler.close()
    assert.deepEqual(
      packets.map(packet => packet.length),
      [32, 32],
    )
  })

  test('may be as long as a packet, and no longer', () => {
    const { filler, packets } = filling()
    assert.equal(filler.addValue(seriesOf(LIMIT), '1'), true)
    assert.equal(filler.addValue(seriesOf(LIMIT + 1), '1'), false)
    filler.close()
    assert.deepEqual(
      packets.map(packet => packet.length),
      [LIMIT],
    )
  })

  for (const spare of [4, 5]) {
    test(`take further values of their series, to the last byte or the one before it (${spare})`, () => {
      const { filler, packets } = filling()
      const series = seriesOf(LIMIT - spare, 'd')
      for (const value of ['1', '2', '3', '4']) filler.addValue(series, value)
      filler.close()
      const head = 'n'.repeat(LIMIT - spare - 4)
      assert.deepEqual(packets, [`${head}:1:2:3|d`, `${head}:4|d`])
      assert.equal(packets[0].length, LIMIT - spare + 4)
    })
  }

  test('start a new line after a line of another series', () => {
    const { filler, packets } = filling()
    const series = seriesOf(5, 'd')
    const other = seriesOf(6, 'd')
    for (const each of [series, other, series]) filler.addValue(each, '1')
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
    const series = seriesOf(5, 'd')
    filler.addValue(series, '1')
    filler.addLine('_sc|x|0')
    filler.addValue(series, '2')
    filler.close()
    assert.deepEqual(packets, ['n:1|d\n_sc|x|0\nn:2|d'])
  })
})

test('a line is lost, and reported, if there is no buffer', () => {
  const { filler, lost, packets, fill } = filling()
  fill()
  assert.equal(filler.addValue(seriesOf(10), '1'), true)
  assert.equal(filler.addLine('abc'), true)
  filler.close()
  assert.deepEqual(lost, [10, 3])
  assert.deepEqual(packets, [])
})

test('a new limit holds from the next packet on', () => {
  const { filler, packets } = filling()
  filler.addLine('a'.repeat(10))
  filler.limitBytes = 20
  filler.addLine('b'.repeat(20))
  assert.equal(filler.addLine('c'.repeat(21)), false)
  filler.close()
  assert.deepEqual(packets, ['a'.repeat(10), 'b'.repeat(20)])
})
