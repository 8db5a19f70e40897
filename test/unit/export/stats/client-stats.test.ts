/** Effects of statistics on the traces that are sent: headers, dropped traces, and what the agent offers. */

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { Unpackr } from 'msgpackr'
import { Site } from '../../../../src/trace/site'
import { startSpan } from '../../../../src/trace/start'
import { type CountingWriter, countingWriter, TAKES_STATS } from '../../../support/counting'
import { infoAnswer, OK, type Received, startFakeAgent } from '../../../support/fake-agent'
import { readStats } from '../../../support/stats'
import { endTraces } from '../../../support/traces'

const site = new Site({ name: 'web', kind: 'server' })
const unpackr = new Unpackr({ useRecords: false, int64AsType: 'bigint' })
const OLD_AGENT = { endpoints: ['/v0.4/traces'], client_drop_p0s: true }

interface WireSpan {
  name: string
  metrics: Record<string, number>
}

const chunksOf = ({ body }: Received): WireSpan[][] => unpackr.unpack(body) as WireSpan[][]
const namesOf = (received: readonly Received[]): string[][] =>
  received.flatMap(each => chunksOf(each).map(chunk => chunk.map(({ name }) => name)))
const computed = (received: readonly Received[]): unknown[] =>
  received.map(({ headers }) => headers['datadog-client-computed-stats'])
const hits = (received: readonly Received[]): number =>
  received
    .flatMap(({ body }) => readStats(body).Stats)
    .flatMap(({ Stats }) => Stats)
    .reduce((sum, { Hits }) => sum + Hits, 0)

/** Ends a trace of a root and children with these names; a span whose name begins with `!` fails. */
function end({ runtime }: CountingWriter, root: string, ...children: string[]): void {
  const names = [root, ...children].map(name => name.replace('!', ''))
  const spans = names.map(name => new Site({ name, kind: 'server' }))
  const first = startSpan(runtime, spans[0], undefined, {})
  for (const [index, child] of children.entries()) {
    const span = startSpan(runtime, spans[index + 1], first, {})
    if (child.startsWith('!')) span.error = 1
    span.finish()
  }
  if (root.startsWith('!')) first.error = 1
  first.finish()
}

/** Waits until the agent has answered /info, so that the answer holds for all later traces. */
async function settled(counting: CountingWriter): Promise<void> {
  await counting.agent.infoAsked(1)
  while (!counting.stats.isSettled) await new Promise(resolve => setImmediate(resolve))
}

describe('an agent that takes statistics', () => {
  test('gets statistics, and the header on the first payload already', async t => {
    const { agent, writer, stats, sink } = await countingWriter(t)
    endTraces(sink, 3)
    await writer.flush()
    await stats.flush(5000)
    assert.deepEqual(computed(agent.payloads), ['yes'])
    assert.equal(agent.payloads[0].headers['datadog-client-computed-top-level'], 'yes')
    assert.equal(hits(agent.statistics), 3)
    assert.equal(agent.statistics[0].method, 'PUT')
    assert.equal(agent.statistics[0].path, '/v0.6/stats')
    assert.equal(agent.statistics[0].headers['content-type'], 'application/msgpack')
    assert.equal(agent.statistics[0].headers['datadog-meta-lang'], 'nodejs')
  })

  test('is asked before the first payload leaves, in both formats', async t => {
    for (const protocolVersion of ['0.4', '0.5'] as const) {
      const order: string[] = []
      const { agent, writer, sink } = await countingWriter(t, {
        protocolVersion,
        info: () => {
          order.push('info')
          return infoAnswer(TAKES_STATS)
        },
        answer: ({ path }) => {
          order.push(path)
          return OK
        },
      })
      endTraces(sink, 1)
      assert.equal((await writer.flush()).sent, 1)
      assert.deepEqual(order, ['info', `/v${protocolVersion}/traces`])
      assert.deepEqual(computed(agent.payloads), ['yes'])
    }
  })

  test('gets statistics numbered from 1, and no empty ones', async t => {
    const { agent, writer, stats, sink } = await countingWriter(t)
    await stats.flush(5000)
    for (let index = 0; index < 2; index++) {
      endTraces(sink, 1)
      await writer.flush()
      await stats.flush(5000)
      await stats.flush(5000)
    }
    assert.deepEqual(
      agent.statistics.map(({ body }) => readStats(body).Sequence),
      [1, 2],
    )
  })

  test('gets the buckets that have ended without a flush, and not the open one', async t => {
    t.mock.timers.enable({ apis: ['Date'], now: 1_700_000_005_000 })
    const counting = await countingWriter(t, { sendEveryMs: 5 })
    await settled(counting)
    end(counting, 'first')
    t.mock.timers.setTime(1_700_000_010_000)
    end(counting, 'second')
    const [{ body }] = await counting.agent.statisticsReceived(1)
    const { Stats } = readStats(body)
    assert.deepEqual(
      Stats.map(({ Start, Stats }) => [Start, Stats.map(({ Name }) => Name)]),
      [[1_700_000_000_000_000_000n, ['first']]],
    )
    assert.equal(counting.stats.isPending, true)
  })

  test('gets the open bucket too at shutdown, and nothing is counted afterwards', async t => {
    const counting = await countingWriter(t)
    end(counting, 'web')
    await counting.writer.shutdown()
    await counting.stats.shutdown(5000)
    assert.equal(hits(counting.agent.statistics), 1)
    end(counting, 'web')
    assert.equal(counting.stats.isPending, false)
    assert.equal(counting.agent.statistics.length, 1)
  })
})

describe('a dropped trace', () => {
  const after = async (counting: CountingWriter): Promise<string[][]> => {
    counting.priority = 1
    end(counting, 'last')
    await counting.writer.flush()
    await counting.stats.flush(5000)
    return namesOf(counting.agent.payloads)
  }

  for (const priority of [0, -1]) {
    test(`of priority ${priority} is counted and not sent, which a header says`, async t => {
      const counting = await countingWriter(t)
      await settled(counting)
      counting.priority = priority
      end(counting, 'root', 'child')
      end(counting, 'root')
      assert.deepEqual(await after(counting), [['last']])
      const { headers } = counting.agent.payloads[0]
      assert.equal(headers['datadog-client-dropped-p0-traces'], '2')
      assert.equal(headers['datadog-client-dropped-p0-spans'], '3')
      assert.equal(hits(counting.agent.statistics), 4)
    })
  }

  test('is reported once, and again if the agent did not take the payload', async t => {
    const counting = await countingWriter(t, {
      answer: (_, index) => (index === 0 ? { status: 503, headers: { 'retry-after': '0' } } : OK),
    })
    await settled(counting)
    counting.priority = 0
    end(counting, 'root')
    await after(counting)
    await after(counting)
    assert.deepEqual(
      counting.agent.payloads.map(({ headers }) => headers['datadog-client-dropped-p0-traces']),
      ['1', '1', '0'],
    )
  })

  test('is sent whole when one of its spans failed', async t => {
    const counting = await countingWriter(t)
    await settled(counting)
    counting.priority = 0
    end(counting, 'root', '!child', 'other')
    assert.deepEqual(await after(counting), [['root', 'child', 'other'], ['last']])
    assert.equal(counting.agent.payloads[0].headers['datadog-client-dropped-p0-spans'], '0')
    assert.equal(chunksOf(counting.agent.payloads[0])[0][0].metrics._sampling_priority_v1, 0)
  })

  test('is sent as the spans that a span rule keeps, with priority 2', async t => {
    const counting = await countingWriter(t, { spanRules: [{ name: 'kept*' }] })
    await settled(counting)
    counting.priority = 0
    end(counting, 'root', 'kept-1', 'child', 'kept-2')
    end(counting, 'root')
    assert.deepEqual(await after(counting), [['kept-1', 'kept-2'], ['last']])
    const [[first, second]] = chunksOf(counting.agent.payloads[0])
    assert.equal(first.metrics._sampling_priority_v1, 2)
    assert.equal(first.metrics['_dd.span_sampling.mechanism'], 8)
    assert.equal(second.metrics['_dd.span_sampling.mechanism'], 8)
    const { headers } = counting.agent.payloads[0]
    assert.equal(headers['datadog-client-dropped-p0-traces'], '1')
    assert.equal(headers['datadog-client-dropped-p0-spans'], '3')
    assert.equal(hits(counting.agent.statistics), 6)
  })

  test('stays dropped for its later chunks and other services', async t => {
    const counting = await countingWriter(t, { spanRules: [{ name: 'kept' }] })
    await settled(counting)
    counting.priority = 0
    const root = startSpan(counting.runtime, site, undefined, {})
    startSpan(counting.runtime, new Site({ name: 'kept' }), root, {}).finish()
    root.trace.flushFinished()
    assert.equal(root.trace.priority, 0)
    root.finish()
    assert.deepEqual(await after(counting), [['kept'], ['last']])
  })

  test('is sent as the spans that are to be analysed', async t => {
    const counting = await countingWriter(t)
    await settled(counting)
    counting.priority = 0
    const root = startSpan(counting.runtime, site, undefined, {})
    startSpan(counting.runtime, new Site({ name: 'analysed' }), root, { '_dd1.sr.eausr': 1 }).finish()
    root.finish()
    assert.deepEqual(await after(counting), [['analysed'], ['last']])
  })

  for (const [what, fields] of [
    ['that does not allow it', { ...TAKES_STATS, client_drop_p0s: false }],
    ['that says nothing of it', { endpoints: TAKES_STATS.endpoints }],
    ['that takes no statistics', OLD_AGENT],
  ] as const) {
    test(`is sent to an agent ${what}, with the marks of span rules`, async t => {
      const counting = await countingWriter(t, { fields, spanRules: [{ name: 'kept' }] })
      await settled(counting)
      counting.priority = 0
      end(counting, 'root', 'kept')
      assert.deepEqual(await after(counting), [['root', 'kept'], ['last']])
      const [[root, kept]] = chunksOf(counting.agent.payloads[0])
      assert.equal(root.metrics._sampling_priority_v1, 0)
      assert.equal(kept.metrics['_dd.span_sampling.mechanism'], 8)
    })
  }

  test('is sent while it is not known what the agent takes', async t => {
    const counting = await countingWriter(t)
    counting.priority = 0
    end(counting, 'early')
    assert.deepEqual(await after(counting), [['early'], ['last']])
    assert.deepEqual(computed(counting.agent.payloads), ['yes'])
  })
})

describe('a trace that the agent filters', () => {
  test('is neither counted nor sent', async t => {
    const counting = await countingWriter(t, { fields: { ...TAKES_STATS, ignore_resources: ['^health$'] } })
    await settled(counting)
    end(counting, 'health')
    end(counting, 'web')
    await counting.writer.flush()
    await counting.stats.flush(5000)
    assert.deepEqual(namesOf(counting.agent.payloads), [['web']])
    assert.equal(hits(counting.agent.statistics), 1)
    assert.equal(counting.agent.payloads[0].headers['datadog-client-dropped-p0-traces'], '0')
  })
})

describe('an agent that takes no statistics', () => {
  for (const [what, info] of [
    ['does not list them', infoAnswer(OLD_AGENT)],
    ['has no /info', { status: 404 }],
    ['answers /info with nonsense', { status: 200, body: '[' }],
  ] as const) {
    test(`computes them itself when it ${what}: no header, no statistics sent, logged once`, async t => {
      const { agent, writer, stats, sink, lines } = await countingWriter(t, { info: () => info })
      for (let index = 0; index < 3; index++) {
        endTraces(sink, 1, index)
        assert.equal((await writer.flush()).sent, 1)
        await stats.flush(5000)
      }
      assert.deepEqual(computed(agent.payloads), [undefined, undefined, undefined])
      assert.equal(agent.statistics.length, 0)
      assert.deepEqual([stats.isCounting, stats.isPending], [false, false])
      assert.equal(lines.length, 1)
      assert.match(
        lines[0],
        /^info: agent at .* takes no trace statistics \(it .*\), it computes them itself$/,
      )
    })
  }

  test('is recognised when its endpoint answers 404: later payloads have no header', async t => {
    const { agent, writer, stats, sink, lines } = await countingWriter(t, { stats: () => ({ status: 404 }) })
    endTraces(sink, 1)
    await writer.flush()
    await stats.flush(5000)
    endTraces(sink, 1)
    await writer.flush()
    await stats.flush(5000)
    assert.deepEqual(computed(agent.payloads), ['yes', undefined])
    assert.equal(agent.statistics.length, 1)
    assert.equal(lines.length, 2, lines.join('\n'))
  })
})

describe('an agent that changes', () => {
  test('gets each trace counted once: by the tracer or by itself', async t => {
    let fields: object = OLD_AGENT
    let state = 'old'
    const headers = () => ({ 'datadog-agent-state': state })
    const { agent, writer, stats, sink } = await countingWriter(t, {
      info: () => infoAnswer(fields, headers()),
      answer: () => ({ status: 200, body: '{}', headers: headers() }),
    })
    endTraces(sink, 1)
    await writer.flush()
    fields = TAKES_STATS
    state = 'new'
    endTraces(sink, 1)
    await writer.flush()
    // Encoded before the new agent has been asked.
    endTraces(sink, 1)
    while (!stats.isCounting) await new Promise(resolve => setImmediate(resolve))
    endTraces(sink, 2)
    await writer.flush()
    await stats.flush(5000)
    assert.deepEqual(
      agent.payloads.map(({ headers }) => [
        headers['x-datadog-trace-count'],
        headers['datadog-client-computed-stats'],
      ]),
      [
        ['1', undefined],
        ['1', undefined],
        ['1', undefined],
        ['2', 'yes'],
      ],
    )
    assert.equal(hits(agent.statistics), 2)
  })

  test('is asked again after setUrl', async t => {
    const other = await startFakeAgent({ info: () => infoAnswer(OLD_AGENT) })
    t.after(() => other.stop())
    const { agent, writer, stats, sink } = await countingWriter(t)
    endTraces(sink, 1)
    await writer.flush()
    await stats.flush(5000)
    writer.setUrl(other.url)
    endTraces(sink, 1)
    await writer.flush()
    await stats.flush(5000)
    writer.setUrl(agent.url)
    endTraces(sink, 1)
    await writer.flush()
    await stats.flush(5000)
    assert.deepEqual(computed(other.payloads), [undefined])
    assert.equal(other.statistics.length, 0)
    assert.deepEqual(computed(agent.payloads), ['yes', 'yes'])
    assert.equal(hits(agent.statistics), 2)
  })

  test('is asked by the next payload when it was not there at first', async t => {
    const { agent, writer, stats, sink } = await countingWriter(t)
    await agent.stop()
    endTraces(sink, 1)
    assert.equal((await writer.flush()).sent, 0)
    assert.equal(stats.isPending, false)
    await agent.start()
    assert.equal((await writer.flush()).sent, 1)
    await stats.flush(5000)
    assert.deepEqual(computed(agent.payloads), ['yes'])
    assert.equal(hits(agent.statistics), 1)
  })
})

test('requests at exit have the header, and one payload reports dropped traces', async t => {
  const counting = await countingWriter(t, { answer: () => 'hang' })
  await settled(counting)
  counting.priority = 0
  end(counting, 'dropped')
  counting.priority = 1
  end(counting, 'under way')
  await counting.writer.flush(0)
  end(counting, 'waits')
  assert.deepEqual(
    counting.writer
      .takeUnsent()
      .requests.map(({ headers }) => [
        headers?.['Datadog-Client-Computed-Stats'],
        headers?.['Datadog-Client-Dropped-P0-Traces'],
      ]),
    [
      ['yes', '1'],
      ['yes', '0'],
    ],
  )
  assert.deepEqual(
    counting.stats.takeUnsent().requests.map(({ method, path }) => [method, path]),
    [['PUT', '/v0.6/stats']],
  )
  assert.equal(counting.stats.isPending, false)
})

test('at exit before the agent has been asked, counting is left to the agent', async t => {
  const { writer, stats, sink } = await countingWriter(t, { info: () => 'hang' })
  endTraces(sink, 1)
  const [{ headers }] = writer.takeUnsent().requests
  assert.equal(headers?.['Datadog-Client-Computed-Stats'], undefined)
  assert.deepEqual(stats.takeUnsent().requests, [])
})
