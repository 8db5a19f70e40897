/** Extracts random and mutated headers: nothing may throw, and headers that are written must be readable. */

import assert from 'node:assert/strict'
import type { Style } from '../../../../src/trace/propagation/styles'
import type { RemoteContext } from '../../../../src/trace/remote-context'
import { propagator, start } from './support'

/** Returns a random generator that repeats its numbers for the same seed (mulberry32). */
export function randomFrom(seed: number): () => number {
  let state = seed | 0
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
}

const SEEDS: Record<string, string[]> = {
  'x-datadog-trace-id': ['1234567890123456789', '1', '18446744073709551615'],
  'x-datadog-parent-id': ['987654321', '0'],
  'x-datadog-sampling-priority': ['1', '-1', '2', '0'],
  'x-datadog-origin': ['rum', 'synthetics~;=web,z'],
  'x-datadog-tags': ['_dd.p.tid=640cfd8d00000000,_dd.p.dm=-4,_dd.p.usr.id=baz64==', '_dd.p.ksr=0.5'],
  traceparent: [
    '00-640cfd8d00000000112210f47de98115-000000003ade68b1-01',
    'cc-0123456789abcdef0123456789abcdef-0123456789abcdef-00-x',
  ],
  tracestate: [
    'dd=s:2;o:rum;p:0123456789abcdef;t.dm:-4;z:1,foo=1,bar=2',
    'a=b,c@d=e f',
    'dd=t.a:~~;x:y',
    'ot=rv:ef284ace7a91e1;th:e66;a:b,c=d',
  ],
  baggage: ['user.id=doggo,a=%C3%A9;p=1', 'k=v'],
  b3: ['640cfd8d00000000112210f47de98115-000000003ade68b1-d-00000000000000aa', '0', '1'],
  'x-b3-traceid': ['640cfd8d00000000112210f47de98115', '112210f47de98115'],
  'x-b3-spanid': ['000000003ade68b1'],
  'x-b3-sampled': ['1', '0'],
  'x-b3-flags': ['1'],
  'ot-baggage-user': ['a%20b'],
  'x-aws-sqsd-attr-_datadog': ['{"x-datadog-trace-id":"7","x-datadog-parent-id":"8"}'],
}
const NAMES = Object.keys(SEEDS)
const PIECES = ',;:=-~%_. \t0019afFxX\u0000\u007f\u00e9\u20ac\ud83d\ude00"{}[]\r\n'.split('')
const STYLES: Style[] = ['datadog', 'tracecontext', 'b3', 'b3multi', 'baggage']

/** Numbers of carriers with and without a context. */
export interface FuzzCounts {
  extracted: number
  nothing: number
}

/** Extracts `count` random carriers; throws with the carrier when something is wrong. */
export function fuzz(count: number, seed: number): FuzzCounts {
  const random = randomFrom(seed)
  const pick = <Item>(items: readonly Item[]): Item => items[Math.floor(random() * items.length)]
  const propagators = [
    propagator(),
    propagator({ propagationStyleExtract: STYLES, propagationStyleInject: STYLES }),
    propagator({ propagationStyleExtract: ['b3multi', 'tracecontext', 'datadog', 'baggage', 'b3'] }),
    propagator({
      propagationStyleExtract: ['tracecontext', 'datadog'],
      propagationExtractFirst: true,
      tagsMaxLength: 30,
    }),
    propagator({
      propagationBehaviorExtract: 'restart',
      propagationStyleExtract: STYLES,
      baggageMaxItems: 1,
      baggageTagKeys: ['*'],
    }),
  ]
  const counts: FuzzCounts = { extracted: 0, nothing: 0 }
  for (let round = 0; round < count; round++) {
    const carrier: Record<string, unknown> = {}
    for (const name of NAMES) if (random() < 0.4) carrier[name] = mutate(pick(SEEDS[name]), random, pick)
    try {
      const context = pick(propagators).extract(carrier)
      if (context === undefined) counts.nothing++
      else {
        counts.extracted++
        checkRoundTrip(context)
      }
    } catch (error) {
      throw new Error(`round ${round} of seed ${seed}: ${JSON.stringify(carrier)}`, { cause: error })
    }
  }
  return counts
}

function mutate(text: string, random: () => number, pick: <Item>(items: readonly Item[]) => Item): unknown {
  let out = text
  for (let times = Math.floor(random() * 4); times > 0; times--) {
    const at = Math.floor(random() * (out.length + 1))
    const end = Math.min(out.length, at + Math.floor(random() * 4))
    const way = random()
    const head = out.slice(0, at)
    if (way < 0.5) out = head + pick(PIECES) + out.slice(end)
    else if (way < 0.75) out = head + out.slice(end)
    else if (way < 0.97) out = head + out.slice(at, end).repeat(Math.floor(random() * 4)) + out.slice(end)
    else out = out.repeat(Math.floor(random() * 60))
  }
  const shape = random()
  if (shape < 0.9) return out
  if (shape < 0.93) return Buffer.from(out)
  if (shape < 0.96) return [out, pick(PIECES)]
  if (shape < 0.98) return [[out]]
  return pick([undefined, null, 5, -1, Number.NaN, {}, [], true, 12345678901234567890n])
}

/** Continues the trace, writes its headers in every style, and reads the headers of each style again. */
function checkRoundTrip(context: RemoteContext): void {
  const span = start(context)
  for (const style of STYLES) {
    const options = { propagationStyleInject: [style], propagationStyleExtract: [style] }
    const both = propagator(options)
    const headers: Record<string, string> = {}
    both.inject(span, context.baggage, headers)
    for (const name in headers) {
      assert.match(headers[name], /^[\x20-\x7e]+$/)
    }
    const again = both.extract(headers)
    if (style === 'baggage') {
      if (headers.baggage !== undefined) assert.ok(again?.baggage)
      continue
    }
    assert.ok(again, style)
    assert.equal(again.toSpanId(), span.toSpanId())
    assert.equal(again.toTraceId(), span.toTraceId())
    if (style !== 'datadog' || headers['x-datadog-tags'] !== undefined) {
      assert.equal(again.toTraceId(true), span.toTraceId(true))
    }
    assert.equal(again.priority > 0, span.trace.priority > 0)
    if (style === 'datadog') assert.equal(again.priority, span.trace.priority)
    if (style === 'tracecontext') {
      assert.equal(again.priority, span.trace.priority)
      assert.equal(again.otherTracestate, context.restart ? '' : context.otherTracestate)
      assert.ok(headers.tracestate.split(',')[0].length <= 256)
      assert.ok(headers.tracestate.split(',').length <= 32)
    }
  }
}
