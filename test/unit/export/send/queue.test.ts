/** The bounded queue of payloads. */

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { PayloadQueue } from '../../../../src/export/send/queue'

const payload = (bytes: number, traceCount = 1) => ({
  body: new Uint8Array(bytes),
  traceCount,
  spanCount: traceCount,
})

function filled(limitBytes: number, ...sizes: number[]): PayloadQueue<string> {
  const queue = new PayloadQueue<string>(limitBytes)
  for (const size of sizes) queue.push(payload(size), 'pushed')
  return queue
}

const sizes = (entries: { payload: { body: Uint8Array } }[]): number[] =>
  entries.map(each => each.payload.body.length)

describe('PayloadQueue', () => {
  test('evicts nothing at its limit, and the oldest beyond it', () => {
    const queue = filled(100, 40, 30, 20)
    assert.deepEqual(sizes(queue.evict(10)), [])
    assert.deepEqual(sizes(queue.evict(11)), [40])
    assert.equal(queue.byteLength, 50)
    assert.deepEqual(sizes(queue.evict(90)), [30, 20])
    assert.equal(queue.byteLength, 0)
  })

  test('never evicts the payload in flight', () => {
    const queue = filled(100, 60, 30, 20)
    queue.isFirstInFlight = true
    assert.deepEqual(sizes(queue.evict(10)), [30])
    assert.deepEqual(sizes(queue.evict(1000)), [20])
    assert.equal(queue.first?.payload.body.length, 60)
  })

  test('counts bytes through every change', () => {
    const queue = filled(1000, 10, 20)
    queue.replaceFirst([payload(6), payload(7)], 'replaced')
    assert.equal(queue.byteLength, 33)
    assert.deepEqual([queue.first?.label, queue.first?.order], ['replaced', 1])
    assert.equal(queue.shift()?.payload.body.length, 6)
    assert.equal(queue.first?.order, 1)
    assert.equal(queue.shift()?.payload.body.length, 7)
    assert.equal(queue.first?.order, 2)
    assert.equal(queue.byteLength, 20)
    assert.deepEqual(sizes(queue.clear()), [20])
    assert.deepEqual([queue.byteLength, queue.size, queue.lastOrder], [0, 0, 2])
    assert.equal(queue.shift(), undefined)
    queue.replaceFirst([payload(1)], 'replaced')
    assert.equal(queue.byteLength, 0)
  })
})
