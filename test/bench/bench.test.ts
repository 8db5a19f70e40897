/** The bench's own instruments: what they count must be right before any figure is. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { pack } from 'msgpackr'
import type { Values } from './harness/question'
import { quantile, ratiosOf, summary } from './harness/statistics'
import { openWindow } from './harness/window'
import { countAgentPayload } from './processes/sink-agent'
import { noCounts } from './processes/sink-counts'
import { countOtlpPayload } from './processes/sink-otlp'

test('a window counts what was allocated through many collections', () => {
  const count = 2_000_000
  const kept: object[] = []
  const end = openWindow()
  for (let index = 0; index < count; index++) {
    // An array of one double: 16 bytes and 32 for its object, on 64 bits without compressed pointers.
    const array = [index + 0.5]
    if (index % 100 === 0) kept.push(array)
    else kept[0] = array
  }
  const { allocatedBytes, gcUs, cpuUs } = end()
  const each = allocatedBytes / count
  assert.ok(each > 40 && each < 64, `${each} bytes for each array`)
  assert.ok(gcUs > 0)
  assert.ok(cpuUs > 0)
})

test('the sink counts spans, roots and names of the agent format', () => {
  const counts = noCounts()
  const body = pack([
    [
      { name: 'a', parent_id: 0 },
      { name: 'b', parent_id: 7 },
    ],
    [{ name: 'a', parent_id: 9n }],
  ])
  countAgentPayload(body, counts)
  assert.deepEqual(counts, {
    payloads: 1,
    bytes: body.length,
    chunks: 2,
    spans: 3,
    roots: 1,
    names: { a: 2, b: 1 },
  })
})

test('the sink counts spans of OTLP and steps over fields of every wire type', () => {
  const field = (number: number, content: Buffer): Buffer =>
    Buffer.concat([Buffer.from([(number << 3) | 2, content.length]), content])
  // A number, eight bytes and four bytes, under the numbers 6, 7 and 16.
  const others = Buffer.from('30ac0239ffffffffffffffff8501ffffffff', 'hex')
  const root = Buffer.concat([others, field(5, Buffer.from('GET /'))])
  const child = Buffer.concat([field(4, Buffer.alloc(8, 1)), field(5, Buffer.from('query'))])
  const body = field(
    1,
    Buffer.concat([field(1, Buffer.from('')), field(2, Buffer.concat([field(2, root), field(2, child)]))]),
  )
  const counts = noCounts()
  countOtlpPayload(body, counts)
  assert.deepEqual(counts, {
    payloads: 1,
    bytes: body.length,
    chunks: 0,
    spans: 2,
    roots: 1,
    names: { 'GET /': 1, query: 1 },
  })
})

test('ratios are taken inside a repetition, and only where both sides count', () => {
  const repetitions: Record<string, Values>[] = [
    { none: { cpu: 2 }, tracer: { cpu: 3 } },
    { none: { cpu: 4 } },
    { none: { cpu: 4 }, tracer: { cpu: 4 } },
  ]
  assert.deepEqual(ratiosOf(repetitions, 'tracer', 'none', 'cpu'), [1.5, 1])
  assert.deepEqual(summary([3, 1, 2, 10]), { median: 2.5, min: 1, max: 10 })
  assert.equal(summary([]), undefined)
  assert.equal(quantile([0, 10], 0.99), 9.9)
})
