/** The terminal's renderers as pure functions. */

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { SpanDetail, TraceDetail } from '../../../src/agent/api-types'
import { formatDuration } from '../../../src/cli/duration'
import { renderTable } from '../../../src/cli/table'
import { clean, cut, displayWidth, fit } from '../../../src/cli/text'
import { renderWaterfall } from '../../../src/cli/waterfall'
import { endsByItself } from '../../support/ends-by-itself'

function span(fields: Partial<SpanDetail> = {}): SpanDetail {
  return {
    spanId: '0000000000000001',
    parentId: null,
    depth: 0,
    synthetic: false,
    service: 'web',
    name: 'web.request',
    resource: 'GET /',
    type: 'web',
    error: false,
    startNs: '0',
    offsetMs: 0,
    durationMs: 100,
    meta: {},
    metrics: {},
    ...fields,
  }
}

function trace(spans: SpanDetail[], fields: Partial<TraceDetail> = {}): TraceDetail {
  return {
    traceId: '68af1234000000001234567812345678',
    service: 'web',
    name: 'web.request',
    resource: 'GET /',
    startMs: 1_780_000_000_000,
    durationMs: 100,
    spanCount: spans.length,
    errorCount: 0,
    status: 'ok',
    open: false,
    services: ['web'],
    spans,
    ...fields,
  }
}

const plain = { width: 100, color: false }
const rows = (text: string) => text.trimEnd().split('\n').slice(4)
const child = (fields: Partial<SpanDetail>) => span({ depth: 1, parentId: '0000000000000001', ...fields })

describe('renderWaterfall', () => {
  test('draws tree, bars to scale and durations', () => {
    const drawn = renderWaterfall(
      trace([
        span(),
        child({ name: 'auth', offsetMs: 0, durationMs: 50 }),
        child({ name: 'inner', depth: 2, offsetMs: 25, durationMs: 25 }),
        child({ name: 'render', offsetMs: 50, durationMs: 50 }),
      ]),
      { width: 64, color: false },
    )
    assert.deepEqual(rows(drawn), [
      'web.request  GET /  [web]       ████████████████████      100 ms',
      '├─ auth  GET /  [web]           ██████████               50.0 ms',
      '│  └─ inner  GET /  [web]            █████               25.0 ms',
      '└─ render  GET /  [web]                   ██████████     50.0 ms',
    ])
  })

  test('folds three alike siblings, not two, with their total', () => {
    const query = (offsetMs: number) =>
      child({ name: 'pg.query', resource: 'SELECT 1', offsetMs, durationMs: 10 })
    const two = rows(renderWaterfall(trace([span(), query(0), query(20)]), plain))
    assert.equal(two.length, 3)
    const three = rows(renderWaterfall(trace([span(), query(0), query(20), query(90)]), plain))
    assert.equal(three.length, 2)
    assert.match(three[1], /pg\.query ×3 {2}SELECT 1.* 30\.0 ms$/)
    assert.match(three[1], /█+·+█+·+█+/)
  })

  test('folds alike siblings between others, at the place of the first, and what is below them', () => {
    const spans = [span()]
    for (let at = 0; at < 4; at++) {
      spans.push(child({ name: 'pg.query', offsetMs: at * 20, durationMs: 5 }))
      spans.push(span({ name: 'tcp.connect', depth: 2, offsetMs: at * 20, durationMs: 1 }))
      spans.push(child({ name: `other ${at}`, offsetMs: at * 20 + 10, durationMs: 5 }))
    }
    const names = rows(renderWaterfall(trace(spans), plain)).map(row => row.replace(/ {2}GET.*/, ''))
    assert.deepEqual(names, [
      'web.request',
      '├─ pg.query ×4',
      '│  └─ tcp.connect ×4',
      '├─ other 0',
      '├─ other 1',
      '├─ other 2',
      '└─ other 3',
    ])
  })

  test('keeps spans with an error apart from alike ones without, and says what it was', () => {
    const meta = { 'error.type': 'TypeError', 'error.message': 'boom' }
    const spans = [
      span(),
      ...[0, 10, 20].map(offsetMs => child({ offsetMs })),
      child({ offsetMs: 30, error: true, meta }),
    ]
    const drawn = rows(renderWaterfall(trace(spans), plain))
    assert.equal(drawn.length, 4)
    assert.match(drawn[1], /×3/)
    assert.match(drawn[2], /ERROR/)
    assert.equal(drawn[3].trim(), '! TypeError: boom')
  })

  test('says that an error has no message, and that a parent or an end is missing', () => {
    const drawn = renderWaterfall(
      trace(
        [span({ synthetic: true }), child({ error: true }), child({ metrics: { '_dd.partial_version': 1 } })],
        { open: true },
      ),
      plain,
    )
    assert.match(drawn, /\(parent not received\)/)
    assert.match(drawn, /marked as an error, without type or message/)
    assert.match(drawn, /\(still open\)/)
    assert.match(drawn, /ok, still open/)
  })

  test('is never wider than the screen, whatever the names, the depth and the width', () => {
    const spans = [span({ name: '漢字'.repeat(60), resource: 'x'.repeat(500) })]
    for (let depth = 1; depth < 80; depth++)
      spans.push(span({ depth, name: `level ${depth}`, error: depth === 79 }))
    for (const width of [60, 80, 133]) {
      for (const line of renderWaterfall(trace(spans), { width, color: false }).split('\n')) {
        assert.ok(displayWidth(line) <= width, `${displayWidth(line)} > ${width}: ${line}`)
      }
    }
  })

  test('draws a trace of no length', () => {
    assert.match(renderWaterfall(trace([span({ durationMs: 0 })], { durationMs: 0 }), plain), /█/)
  })

  test('draws a trace of 50,000 spans, without looking at all of them for each', () => {
    const many = [
      span(),
      ...Array.from({ length: 50_000 }, (_, at) =>
        child({ name: `op ${at}`, offsetMs: at / 500, durationMs: 1 }),
      ),
    ]
    const text = endsByItself(() => renderWaterfall(trace(many), plain))
    assert.equal(rows(text).length, 50_001)
  })

  test('colours only when told to, and says the same without', () => {
    const spans = [span({ error: true })]
    const colored = renderWaterfall(trace(spans), { width: 100, color: true })
    assert.ok(colored.includes('\u001b[31m'))
    // biome-ignore lint/suspicious/noControlCharactersInRegex: the colours are what is taken away
    const bare = colored.replace(/\u001b\[\d+m/g, '').replace(/ +$/gm, '')
    assert.equal(bare, renderWaterfall(trace(spans), plain).replace(/ +$/gm, ''))
  })

  test('strips escape sequences from every name', () => {
    const evil = '\u001b[2Jx\u009b31my\u001b]8;;http://evil\u0007z\u0000\u202e'
    const meta = { 'error.type': evil, 'error.message': evil }
    const drawn = renderWaterfall(
      trace([span({ name: evil, resource: evil, service: evil, error: true, meta })], {
        resource: evil,
        service: evil,
      }),
      plain,
    )
    // biome-ignore lint/suspicious/noControlCharactersInRegex: none may be left
    assert.doesNotMatch(drawn, /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]|evil/)
    assert.match(drawn, /xyz {2}xyz/)
  })
})

test('the table gives the resource what the screen leaves', () => {
  const one = { ...trace([]), resource: 'GET /'.padEnd(200, 'x') }
  for (const width of [100, 140]) {
    const lines = renderTable([one], { width, color: false }).split('\n')
    assert.ok(lines.every(line => displayWidth(line) <= width))
    assert.match(lines[1], /x…/)
    assert.equal(displayWidth(lines[1]), displayWidth(lines[0]) + 'ok'.length - 'STATUS'.length)
  }
})

test('clean leaves letters of any script and drops what moves the cursor', () => {
  assert.equal(clean('héllo 日本 🎉'), 'héllo 日本 🎉')
  assert.equal(clean('a\r\n\tb'), 'a b')
  assert.equal(clean('\u001b[1;31mred\u001b[0m \u001bPdcs\u001b\\x\u001bcy'), 'red xy')
})

test('widths count columns, not characters', () => {
  assert.equal(displayWidth('日本e\u0301🎉'), 7)
  assert.equal(cut('日本語', 4), '日…')
  assert.equal(fit('日本', 6), '日本  ')
  assert.equal(fit('ab', 4, 'right'), '  ab')
  assert.equal(cut('ab', 0), '')
})

test('durations have three figures and a unit', () => {
  const cases: [number, string][] = [
    [0, '0 µs'],
    [0.34, '340 µs'],
    [1, '1.00 ms'],
    [12.34, '12.3 ms'],
    [99.96, '100 ms'],
    [999.4, '999 ms'],
    [999.5, '1.00 s'],
    [1900, '1.90 s'],
    [59_999, '60.0 s'],
    [60_000, '1 min 00 s'],
    [125_000, '2 min 05 s'],
    [7_260_000, '2 h 01 min'],
  ]
  for (const [ms, text] of cases) assert.equal(formatDuration(ms), text)
})
