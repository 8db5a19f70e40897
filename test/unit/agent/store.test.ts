/** How the store merges chunks, arranges what is incomplete, and evicts. */

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import type { SpanRecord } from '../../../src/agent/intake/span'
import { estimateBytes } from '../../../src/agent/store/size'
import { parseTraceId } from '../../../src/agent/store/trace-id'
import { TraceStore } from '../../../src/agent/store/trace-store'
import { buildTree } from '../../../src/agent/store/tree'
import { detail, summarize } from '../../../src/agent/store/view'

const MIB = 1024 * 1024
const HIGH = '68af123400000000'

function span(fields: Partial<SpanRecord> = {}): SpanRecord {
  return {
    traceId: 1n,
    spanId: 1n,
    parentId: 0n,
    service: 'web',
    name: 'op',
    resource: 'res',
    type: '',
    error: 0,
    startNs: 1_780_000_000_000_000_000n,
    durationNs: 1_000_000,
    meta: {},
    metrics: {},
    ...fields,
  }
}

/** The only trace of a store that took in these chunks. */
function single(...chunks: SpanRecord[][]) {
  const store = new TraceStore(MIB)
  for (const chunk of chunks) store.add(chunk)
  const [trace, ...others] = store.all()
  assert.equal(others.length, 0)
  return { store, trace }
}

describe('merging', () => {
  const tid = { '_dd.p.tid': HIGH }

  test('puts a late chunk into its trace', () => {
    const { trace } = single([span({ spanId: 2n, parentId: 1n })], [span()])
    assert.equal(trace.spans.size, 2)
    assert.equal(summarize(trace).open, false)
  })

  test('joins chunks with and without the high half of the id, whichever comes first', () => {
    const withHigh = [span({ meta: tid })]
    const without = [span({ spanId: 2n, parentId: 1n })]
    for (const chunks of [
      [withHigh, without],
      [without, withHigh],
    ]) {
      const { trace } = single(...chunks)
      assert.equal(summarize(trace).traceId, `${HIGH}0000000000000001`)
      assert.equal(trace.spans.size, 2)
    }
  })

  test('finds the high half on any span of a chunk', () => {
    const { trace } = single([span({ spanId: 2n, parentId: 1n }), span({ meta: tid })])
    assert.equal(summarize(trace).traceId, `${HIGH}0000000000000001`)
  })

  test('keeps traces apart whose high halves differ', () => {
    const store = new TraceStore(MIB)
    store.add([span({ meta: tid })])
    store.add([span({ meta: { '_dd.p.tid': '1111111100000000' } })])
    assert.equal(store.stats().traces, 2)
    assert.equal(store.find({ low: 1n, high: BigInt(`0x${HIGH}`) })?.id.high, BigInt(`0x${HIGH}`))
    assert.equal(store.find({ low: 1n, high: 5n }), undefined)
  })

  test('ignores a malformed high half', () => {
    const { trace } = single([span({ meta: { '_dd.p.tid': 'xyz' } })], [span({ spanId: 2n, meta: tid })])
    assert.equal(trace.spans.size, 2)
  })

  test('keeps the later of two spans with one id, and counts them', () => {
    const early = span({ metrics: { '_dd.partial_version': 1 }, error: 1 })
    const { store, trace } = single([early], [span({ name: 'done' })])
    assert.equal(trace.spans.get(1n)?.name, 'done')
    assert.equal(trace.errorCount, 0)
    assert.equal(store.stats().duplicateSpans, 1)
    assert.equal(store.stats().spans, 1)
    const fresh = single([span({ name: 'done' })])
    assert.equal(store.stats().bytes, fresh.store.stats().bytes)
  })
})

describe('incomplete traces', () => {
  const child = (id: bigint, parentId: bigint, fields: Partial<SpanRecord> = {}) =>
    span({ spanId: id, parentId, ...fields })

  test('are open while a parent of the same process is missing', () => {
    const { trace } = single([child(2n, 1n), child(3n, 1n)])
    assert.equal(summarize(trace).open, true)
    trace.add([span()], 0)
    assert.equal(summarize(trace).open, false)
  })

  test('are not open when an entry span has its parent elsewhere', () => {
    for (const fields of [{ meta: { 'span.kind': 'server' } }, { metrics: { '_dd.top_level': 1 } }]) {
      assert.equal(summarize(single([child(2n, 99n, fields)]).trace).open, false)
    }
  })

  test('are open while a long-running span is', () => {
    assert.equal(summarize(single([span({ metrics: { '_dd.partial_version': 2 } })]).trace).open, true)
  })

  test('have orphans of one missing parent under a synthetic root with its id', () => {
    const late = { startNs: 1_780_000_000_005_000_000n }
    const { root, orphanCount } = buildTree([child(3n, 77n, late), child(2n, 77n)])
    assert.equal(root.synthetic, true)
    assert.equal(root.span.spanId, 77n)
    assert.deepEqual(
      root.children.map(node => node.span.spanId),
      [2n, 3n],
    )
    assert.equal(root.span.durationNs, 6_000_000)
    assert.equal(orphanCount, 2)
  })

  test('have orphans below the real root when there is one', () => {
    const { root } = buildTree([span(), child(3n, 77n), child(4n, 78n)])
    assert.equal(root.span.spanId, 1n)
    assert.equal(root.children[0].synthetic, true)
    assert.deepEqual(
      root.children[0].children.map(node => node.span.spanId),
      [3n, 4n],
    )
  })

  test('take a single span without its parent for the root', () => {
    const { root } = buildTree([child(2n, 77n), child(3n, 2n)])
    assert.equal(root.synthetic, false)
    assert.equal(root.children[0].span.spanId, 3n)
  })

  test('gather several real roots under a synthetic one', () => {
    const { root } = buildTree([span(), span({ spanId: 5n })])
    assert.equal(root.synthetic, true)
    assert.equal(root.children.length, 2)
  })

  test("show every span once even when they are each other's parents", () => {
    const { trace } = single([span(), child(2n, 3n), child(3n, 2n), child(4n, 4n)])
    const ids = detail(trace)
      .spans.filter(shown => !shown.synthetic)
      .map(shown => shown.spanId)
    assert.deepEqual(ids.map(id => Number(`0x${id}`)).sort(), [1, 2, 3, 4])
  })

  test('list the real span, not the synthetic one', () => {
    const summary = summarize(single([child(2n, 77n, { resource: 'first' }), child(3n, 77n)]).trace)
    assert.equal(summary.resource, 'first')
    assert.equal(summary.spanCount, 2)
  })
})

test('lists spans depth first, siblings by start, offsets from the earliest start', () => {
  const at = (ms: number) => ({ startNs: 1_780_000_000_000_000_000n + BigInt(ms) * 1_000_000n })
  const { trace } = single([
    span({ spanId: 4n, parentId: 1n, ...at(9) }),
    span({ spanId: 3n, parentId: 2n, ...at(3) }),
    span({ spanId: 2n, parentId: 1n, ...at(2) }),
    span({ ...at(1), durationNs: 20_000_000 }),
  ])
  const shown = detail(trace).spans.map(({ spanId, depth, offsetMs }) => [
    Number(`0x${spanId}`),
    depth,
    offsetMs,
  ])
  assert.deepEqual(shown, [
    [1, 0, 0],
    [2, 1, 1],
    [3, 2, 2],
    [4, 1, 8],
  ])
  assert.equal(summarize(trace).durationMs, 20)
})

describe('eviction', () => {
  const one = (id: number, fields: Partial<SpanRecord> = {}) => [span({ traceId: BigInt(id), ...fields })]
  const traceBytes = (() => {
    const store = new TraceStore(MIB)
    store.add(one(1))
    return store.stats().bytes
  })()
  const ids = (store: TraceStore) =>
    store
      .all()
      .map(trace => Number(trace.id.low))
      .sort((a, b) => a - b)

  test('begins with the first byte over the limit, oldest trace first, and counts', () => {
    const store = new TraceStore(3 * traceBytes)
    for (const id of [1, 2, 3]) store.add(one(id))
    assert.deepEqual(ids(store), [1, 2, 3])
    store.add(one(4))
    assert.deepEqual(ids(store), [2, 3, 4])
    const { bytes, evictedTraces, evictedSpans, spans } = store.stats()
    assert.deepEqual([bytes, evictedTraces, evictedSpans, spans], [3 * traceBytes, 1, 1, 3])
    assert.equal(store.find({ low: 1n, high: 0n }), undefined)
  })

  test('takes whole traces', () => {
    const store = new TraceStore(4 * traceBytes)
    store.add([...one(1), span({ spanId: 2n, parentId: 1n })])
    for (const id of [2, 3, 4, 5]) store.add(one(id))
    assert.deepEqual(ids(store), [2, 3, 4, 5])
    assert.equal(store.stats().evictedSpans, 2)
  })

  test('takes traces with errors last', () => {
    const store = new TraceStore(4 * traceBytes)
    store.add(one(1, { error: 1 }))
    for (const id of [2, 3, 4, 5, 6]) store.add(one(id))
    assert.deepEqual(ids(store), [1, 4, 5, 6])
  })

  test('spares a trace that a late chunk gives an error', () => {
    const store = new TraceStore(5 * traceBytes)
    store.add(one(1))
    store.add([span({ spanId: 2n, parentId: 1n, error: 1 })])
    for (const id of [2, 3, 4, 5, 6, 7]) store.add(one(id))
    assert.equal(ids(store)[0], 1)
  })

  test('does not let errors crowd out everything new', () => {
    const store = new TraceStore(4 * traceBytes)
    for (const id of [1, 2, 3, 4, 5]) store.add(one(id, { error: 1 }))
    assert.deepEqual(ids(store), [2, 3, 4, 5])
    store.add(one(6))
    store.add(one(7))
    assert.deepEqual(ids(store), [4, 5, 6, 7])
  })

  test('drops a trace that is larger than the whole store', () => {
    const store = new TraceStore(2 * traceBytes)
    store.add(one(1, { meta: { a: 'x'.repeat(10_000) } }))
    assert.deepEqual([store.stats().traces, store.stats().bytes, store.stats().evictedTraces], [0, 0, 1])
  })
})

test('estimates no less than what spans take in the heap', () => {
  setFlagsFromString('--expose-gc')
  const collectGarbage = runInNewContext('gc') as () => void
  const count = 20_000
  collectGarbage()
  const before = process.memoryUsage().heapUsed
  const store = new TraceStore(1024 * MIB)
  let id = 0n
  for (let trace = 0; trace < count / 10; trace++) {
    const chunk: SpanRecord[] = []
    for (let index = 0; index < 10; index++) {
      id++
      const meta: Record<string, string> = {}
      for (let tag = 0; tag < 8; tag++) meta[`tag.${tag}`] = `value ${tag}`
      chunk.push(
        span({ traceId: BigInt(trace + 1) << 40n, spanId: id << 40n, meta, metrics: { a: 1, b: 0.5 } }),
      )
    }
    store.add(chunk)
  }
  collectGarbage()
  const taken = process.memoryUsage().heapUsed - before
  assert.ok(taken < store.stats().bytes, `${taken} bytes taken, ${store.stats().bytes} estimated`)
})

test('charges for tags, links and events', () => {
  const bare = estimateBytes(span())
  assert.ok(estimateBytes(span({ meta: { a: 'x'.repeat(1000) } })) >= bare + 1000)
  assert.ok(estimateBytes(span({ metrics: { a: 1 } })) > bare)
  const events = [{ name: 'x'.repeat(1000), timeUnixNs: 1n, attributes: {} }]
  assert.ok(estimateBytes(span({ events })) >= bare + 1000)
})

test('reads trace ids in hexadecimal and decimal', () => {
  const [full] = parseTraceId('68af1234000000001234567812345678')
  assert.deepEqual(full, { low: 0x1234_5678_1234_5678n, high: 0x68af_1234_0000_0000n })
  assert.deepEqual(parseTraceId('18364758544493064720')[0], { low: 18364758544493064720n, high: 0n })
  assert.deepEqual(
    parseTraceId('1234567812345678').map(id => id.low),
    [0x1234_5678_1234_5678n, 1234567812345678n],
  )
  assert.deepEqual(
    parseTraceId('12').map(id => id.low),
    [12n, 0x12n],
  )
  for (const text of ['', 'xyz', '-1', '0x12', 'a'.repeat(33), ' 12'])
    assert.deepEqual(parseTraceId(text), [], text)
})
