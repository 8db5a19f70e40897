/** When payloads leave, what they carry, and how a writer ends. */

import assert from 'node:assert/strict'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { readCounters } from '../../../../src/core/tracer-counters'
import { FORMATS, formatOf } from '../../../../src/export/encode/formats'
import { identityHeaders } from '../../../../src/export/send/trace-headers'
import { Site } from '../../../../src/trace/site'
import { startSpan } from '../../../../src/trace/start'
import { startFakeAgent } from '../../../support/fake-agent'
import { runNode } from '../../../support/programs'
import { testRuntime } from '../../../support/runtime'
import { endTrace, endTraces } from '../../../support/traces'
import { allIndexes, indexesOf, MIB, upTo, writing } from '../../../support/writing'

describe('a payload', () => {
  test('carries all headers', async t => {
    const headers = identityHeaders({ tracerVersion: '1.2.3', externalEnv: 'it-false', processTags: 'a:b' })
    const { agent, writer } = await writing(t, {}, { headers })
    endTraces(writer, 3)
    await writer.flush()
    const [{ method, path, headers: got, body }] = agent.payloads
    assert.deepEqual([method, path], ['PUT', '/v0.4/traces'])
    assert.deepEqual(
      {
        type: got['content-type'],
        length: got['content-length'],
        lang: got['datadog-meta-lang'],
        langVersion: got['datadog-meta-lang-version'],
        interpreter: got['datadog-meta-lang-interpreter'],
        tracer: got['datadog-meta-tracer-version'],
        count: got['x-datadog-trace-count'],
        realStatus: got['datadog-send-real-http-status'],
        topLevel: got['datadog-client-computed-top-level'],
        external: got['datadog-external-env'],
        process: got['x-datadog-process-tags'],
        rates: got['datadog-rates-payload-version'],
      },
      {
        type: 'application/msgpack',
        length: String(body.length),
        lang: 'nodejs',
        langVersion: process.version,
        interpreter: 'v8',
        tracer: '1.2.3',
        count: '3',
        realStatus: 'true',
        topLevel: 'yes',
        external: 'it-false',
        process: 'a:b',
        rates: undefined,
      },
    )
  })

  test('leaves after the flush interval, counted from its first trace', async t => {
    const { agent, writer } = await writing(t, {}, { delayMs: 2000 })
    t.mock.timers.enable({ apis: ['setTimeout'] })
    endTraces(writer, 1)
    t.mock.timers.tick(1500)
    endTraces(writer, 1, 1)
    t.mock.timers.tick(499)
    assert.equal(agent.connections, 0)
    t.mock.timers.tick(1)
    t.mock.timers.reset()
    await agent.received(1)
    assert.deepEqual(indexesOf(agent.payloads[0]), [0, 1])
  })

  test('leaves with each trace when the flush interval is 0; those that come meanwhile go together', async t => {
    const { agent, writer } = await writing(t, {}, { delayMs: 0 })
    endTraces(writer, 5)
    await agent.received(2)
    await writer.flush()
    assert.deepEqual(agent.payloads.map(indexesOf), [[0], [1, 2, 3, 4]])
  })

  test('leaves when it is large enough', async t => {
    const { agent, writer } = await writing(t, {}, { batchBytes: 10_000 })
    endTraces(writer, 40)
    await agent.received(1)
    await writer.flush()
    assert.ok(agent.payloads.length > 1)
    assert.ok(agent.payloads.slice(0, -1).every(({ body }) => body.length >= 10_000 && body.length < 11_000))
    assert.deepEqual(allIndexes(agent.payloads), upTo(40))
  })

  test('waits until the one before it has been answered', async t => {
    let underWay = 0
    let most = 0
    const { writer } = await writing(
      t,
      {
        answer: () => {
          most = Math.max(most, ++underWay)
          setImmediate(() => underWay--)
          return { status: 200 }
        },
      },
      { batchBytes: 2000 },
    )
    endTraces(writer, 100)
    assert.equal((await writer.flush()).sent, 100)
    assert.equal(most, 1)
  })

  test('is counted in traces, not in spans', async t => {
    const { agent, writer } = await writing(t)
    endTrace(writer, { index: 0 }, 7)
    assert.deepEqual(await writer.flush(), { sent: 1, dropped: 0, timedOut: false })
    assert.equal(agent.payloads[0].headers['x-datadog-trace-count'], '1')
    assert.deepEqual([readCounters().tracesSent, readCounters().spansSent], [1, 7])
  })
})

describe('add', () => {
  test('drops a trace that is too large, logs it, and goes on', async t => {
    const { agent, writer, lines } = await writing(t, {}, { maxChunkBytes: 10_000 })
    endTrace(writer, {}, 500)
    endTraces(writer, 1)
    assert.deepEqual(await writer.flush(), { sent: 1, dropped: 1, timedOut: false })
    assert.deepEqual(indexesOf(agent.payloads[0]), [0])
    assert.deepEqual(lines, ['warn: a trace of 500 spans is lost: too large'])
  })

  test('survives a trace that cannot be encoded', async t => {
    const { agent, writer, lines } = await writing(t, {}, { protocolVersion: '0.5' })
    endTraces(writer, 1)
    const broken = startSpan(testRuntime({ sink: writer }), new Site({ name: 'x' }), undefined, {})
    broken.name = Symbol('x') as unknown as string
    broken.finish()
    endTraces(writer, 1, 1)
    assert.deepEqual(await writer.flush(), { sent: 2, dropped: 1, timedOut: false })
    assert.deepEqual(indexesOf(agent.payloads[0]), [0, 1])
    assert.match(lines[0], /^error: encoding a trace failed/)
  })
})

describe('flush', () => {
  test('without traces ends at once', async t => {
    const { agent, writer } = await writing(t)
    assert.deepEqual(await writer.flush(), { sent: 0, dropped: 0, timedOut: false })
    assert.equal(agent.connections, 0)
  })

  test('waits for the traces that were there when it was called, not for later ones', async t => {
    let more = true
    const { agent, writer } = await writing(
      t,
      {
        answer: () => {
          if (more) endTraces(writer, 1, 1)
          return { status: 200 }
        },
      },
      { delayMs: 0 },
    )
    endTraces(writer, 1)
    const { timedOut } = await writer.flush(10_000)
    more = false
    assert.equal(timedOut, false)
    await agent.received(2)
  })

  test('several at once all end', async t => {
    const { writer } = await writing(t)
    endTraces(writer, 3)
    const results = await Promise.all([writer.flush(), writer.flush(), writer.flush()])
    assert.equal(
      results.reduce((sum, { sent }) => sum + sent, 0),
      3,
    )
  })
})

describe('shutdown', () => {
  test('delivers, and takes nothing any more', async t => {
    const { agent, writer } = await writing(t)
    endTraces(writer, 3)
    const first = writer.shutdown()
    assert.equal(writer.shutdown(), first)
    assert.deepEqual(await first, { sent: 3, dropped: 0, timedOut: false })
    endTraces(writer, 1)
    assert.deepEqual(await writer.flush(), { sent: 3, dropped: 0, timedOut: false })
    assert.equal(agent.payloads.length, 1)
    assert.deepEqual(readCounters().tracesDropped, { 'shut down': 1 })
  })

  test('drops what a dead agent does not take, and says so', async t => {
    const { agent, writer, lines } = await writing(t)
    const { url } = agent
    await agent.stop()
    endTraces(writer, 3)
    assert.deepEqual(await writer.shutdown(), { sent: 0, dropped: 3, timedOut: false })
    assert.equal(writer.byteLength, 0)
    assert.equal(lines.at(-1), `warn: 3 traces are lost: agent at ${url} did not take them in time`)
  })

  test('does not wait longer for a hanging agent than it may', async t => {
    const { writer } = await writing(t, { answer: () => 'hang' })
    endTraces(writer, 3)
    assert.deepEqual(await writer.shutdown(20), { sent: 0, dropped: 3, timedOut: true })
  })
})

describe('setUrl', () => {
  test('sends what waits to the other agent', async t => {
    const { agent, writer } = await writing(t)
    await agent.stop()
    endTraces(writer, 2)
    await writer.flush()
    const other = await startFakeAgent()
    t.after(() => other.stop())
    writer.setUrl(other.url)
    await other.received(1)
    assert.deepEqual(allIndexes(other.payloads), [0, 1])
  })

  test('keeps the agent when the url is not valid, and says so', async t => {
    const { writer, lines } = await writing(t)
    writer.setUrl('nowhere')
    assert.deepEqual(lines, ['warn: setUrl() was called with an invalid url, which is not used'])
    endTraces(writer, 1)
    assert.equal((await writer.flush()).sent, 1)
  })
})

test('takeUnsent hands everything out as requests, once', async t => {
  const { agent, writer } = await writing(t, {}, { batchBytes: 5000 })
  const { url } = agent
  await agent.stop()
  endTraces(writer, 20)
  const { requests, traceCount, itemCount } = writer.takeUnsent()
  assert.deepEqual([traceCount, itemCount, writer.byteLength], [20, 20, 0])
  assert.ok(requests.length > 1)
  assert.equal(requests[0].headers?.['Content-Type'], 'application/msgpack')
  const indexes = requests.flatMap(({ path, body }) =>
    indexesOf({ method: 'PUT', path, headers: {}, body: body as Buffer }),
  )
  assert.deepEqual(indexes, upTo(20))
  const { requests: others, ...rest } = writer.takeUnsent()
  assert.deepEqual([others, rest], [[], { url, traceCount: 0, itemCount: 0 }])
})

test('uses the memory of a payload again', async t => {
  const recycled: Uint8Array[] = []
  const v04 = formatOf(FORMATS, '0.4')
  const createEncoder: typeof v04.createEncoder = (...args) => {
    const encoder = v04.createEncoder(...args)
    t.mock.method(encoder, 'recycle', (body: Uint8Array) => recycled.push(body))
    return encoder
  }
  const { writer } = await writing(
    t,
    { answer: (_, index) => ({ status: index === 1 ? 400 : 200 }) },
    { formats: [{ ...v04, createEncoder }] },
  )
  for (let index = 0; index < 3; index++) {
    endTraces(writer, 1)
    await writer.flush()
  }
  assert.equal(recycled.length, 2, 'not that of a refused one, whose connection may still be writing it')
})

describe('a process with a writer', () => {
  const script = (url: string, rest: string): string => `
    const { join } = require('node:path')
    const load = path => require(join(${JSON.stringify(join(__dirname, '../../../..'))}, path))
    const { Transport } = load('src/core/transport')
    const { openTestWriter } = load('test/support/writing')
    const { endTraces } = load('test/support/traces')
    const transport = new Transport(${JSON.stringify(url)})
    const writer = openTestWriter({ transport })
    ${rest}`

  test('that only made it ends at once, without any traffic', async t => {
    const agent = await startFakeAgent()
    t.after(() => agent.stop())
    const { code, stderr } = await runNode(['-e', script(agent.url, 'transport.warm()')])
    assert.deepEqual([code, stderr, agent.connections], [0, '', 0])
  })

  test('ends with traces that wait for the flush interval: no timer holds it', async t => {
    const agent = await startFakeAgent()
    t.after(() => agent.stop())
    const { code, stderr } = await runNode(['-e', script(agent.url, 'endTraces(writer, 5)')])
    assert.deepEqual([code, stderr, agent.connections], [0, '', 0])
  })

  test('ends with a retry pending', async () => {
    const rest = `endTraces(writer, 5)
      writer.flush().then(result => console.log(JSON.stringify(result)))`
    const { code, stdout, stderr } = await runNode(['-e', script('http://127.0.0.1:1', rest)])
    assert.deepEqual([code, stdout], [0, '{"sent":0,"dropped":0,"timedOut":false}\n'])
    assert.match(stderr, /^tracer: warn: agent at http:\/\/127\.0\.0\.1:1 cannot be reached \(ECONNREFUSED\)/)
  })

  for (const answer of ['200', 'hang'] as const) {
    test(`stays for an awaited flush and ends after it (${answer})`, async t => {
      const agent = await startFakeAgent({ answer: () => (answer === 'hang' ? 'hang' : { status: 200 }) })
      t.after(() => agent.stop())
      const rest = `endTraces(writer, 5)
        writer.flush(300).then(result => console.log(JSON.stringify(result)))`
      const { code, stdout } = await runNode(['-e', script(agent.url, rest)])
      const result =
        answer === 'hang'
          ? '{"sent":0,"dropped":0,"timedOut":true}'
          : '{"sent":5,"dropped":0,"timedOut":false}'
      assert.deepEqual([code, stdout], [0, `${result}\n`])
    })
  }

  test('keeps its memory flat while the agent is down', async () => {
    const rest = `
      const text = 'x'.repeat(1000)
      const rss = () => process.memoryUsage().rss
      async function main() {
        // Traces until the queue is full and the code is warm.
        for (let round = 0; round < 30; round++) { endTraces(writer, 1000, 0, text); await new Promise(setImmediate) }
        const before = rss()
        for (let round = 0; round < 100; round++) { endTraces(writer, 1000, 0, text); await new Promise(setImmediate) }
        console.log(writer.byteLength <= 16 * ${MIB}, Math.round((rss() - before) / ${MIB}))
      }
      main()`
    const { stdout } = await runNode(['-e', script('http://127.0.0.1:1', rest)])
    const [isBounded, grownMib] = stdout.trim().split(' ')
    assert.equal(isBounded, 'true')
    // 160 MB have gone through the queue; what the collector has not yet taken varies.
    assert.ok(Number(grownMib) < 40, `${grownMib} MiB`)
  })
})
