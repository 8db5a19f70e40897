/** The bench's own instruments: what they count must be right before any figure is. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { pack } from 'msgpackr'
import { order } from './harness/interleave'
import type { Question, Values } from './harness/question'
import { figureReports } from './harness/report'
import { addedOf, quantile, ratiosOf, summary } from './harness/statistics'
import { openWindow } from './harness/window'
import { countCalls } from './processes/dogstatsd-lines'
import { countAgentPayload } from './processes/sink-agent'
import { noCounts } from './processes/sink-counts'
import { countOtlpPayload } from './processes/sink-otlp'
import { countProfiles } from './processes/sink-profiles'

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
    profiles: {},
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
    profiles: {},
  })
})

test('the sink counts profiles of an upload, but not empty ones', async () => {
  const form = new FormData()
  form.append('event', new Blob(['{}'], { type: 'application/json' }), 'event.json')
  form.append('wall.pprof', new Blob([Buffer.from([0x1f, 0x8b, 13, 10, 45])]), 'wall.pprof')
  form.append('space', new Blob(['x']), 'space.pprof')
  form.append('events.pprof', new Blob([]), 'events.pprof')
  const counts = noCounts()
  countProfiles(Buffer.from(await new Response(form).arrayBuffer()), counts)
  assert.deepEqual(counts.profiles, { wall: 1, space: 1 })
})

test('the sink counts calls of metrics in lines of every kind, packed ones too', () => {
  const packet = 'x:3|c|#a:1\nx:1.5:2:7|d|#a:b\nxy:1|c\nx:1|c\n_e{1,1}:x|y'
  assert.equal(countCalls(packet, 'x'), 7)
})

test('ratios are taken inside a repetition, and only where both sides count', () => {
  const repetitions: Record<string, Values>[] = [
    { none: { cpu: 2 }, tracer: { cpu: 3 } },
    { none: { cpu: 4 } },
    { none: { cpu: 4 }, tracer: { cpu: 4 } },
  ]
  assert.deepEqual(ratiosOf(repetitions, 'tracer', 'none', 'cpu'), [1.5, 1])
  assert.deepEqual(addedOf(repetitions, 'tracer', 'none', 'cpu'), [1, 0])
  assert.deepEqual(summary([3, 1, 2, 10]), { median: 2.5, min: 1, max: 10 })
  assert.equal(summary([]), undefined)
  assert.equal(quantile([0, 10], 0.99), 9.9)
})

test('a subject is compared with its own base, and measured next to it', () => {
  const figure = { key: 'cpu', title: 'CPU', digits: 0 }
  const question: Question = {
    ...{ name: 'bench', title: '', base: 'a', bases: { b: 'b', 'b-more': 'b' } },
    figures: [
      { ...figure, compared: true },
      { ...figure, compared: 'added' },
    ],
    subjects: () => ['a', 'a-more', 'b', 'b-more'],
    open: () => Promise.reject(new Error('not to be opened')),
  }
  const subjects = question.subjects(true)
  const repetitions = [{ a: { cpu: 10 }, 'a-more': { cpu: 15 }, b: { cpu: 20 }, 'b-more': { cpu: 22 } }]
  const budgets = { bench: { cpu: { added: 4, subjects: ['a-more'] } } }
  const [ratios, added] = figureReports(
    question,
    subjects,
    { repetitions, problems: [], voidCount: 0 },
    budgets,
  )
  assert.deepEqual(
    ratios?.subjects.map(({ base, ratio }) => [base, ratio?.median]),
    [
      ['a', 1],
      ['a', 1.5],
      ['b', 1],
      ['b', 1.1],
    ],
  )
  assert.deepEqual(
    added?.subjects.map(each => [each.added?.median, each.target]),
    [
      [0, undefined],
      [5, '+ ≤ 4'],
      [0, undefined],
      [2, undefined],
    ],
  )
  const seen = new Set<string>()
  for (let count = 0; count < 200; count++) seen.add(order(question, subjects).join())
  const pairs = (first: string, second: string) => [
    `${first},${first}-more,${second},${second}-more`,
    `${first}-more,${first},${second},${second}-more`,
    `${first},${first}-more,${second}-more,${second}`,
    `${first}-more,${first},${second}-more,${second}`,
  ]
  // Each of the eight: that one is missed has a chance of less than 1 in 10^10.
  assert.deepEqual([...seen].sort(), [...pairs('a', 'b'), ...pairs('b', 'a')].sort())
})
