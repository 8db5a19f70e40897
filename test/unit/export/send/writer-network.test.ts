/** Agents that are down, hang, reset connections, or answer nonsense. */

import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { readCounters } from '../../../../src/core/tracer-counters'
import { type Answer, OK } from '../../../support/fake-agent'
import { firstTimer } from '../../../support/first-timer'
import { endTraces } from '../../../support/traces'
import { allIndexes, indexesOf, MIB, upTo, writing } from '../../../support/writing'

/** Limit of a request to the agent, as in agent-delivery.ts. */
const REQUEST_TIMEOUT_MS = 5000

describe('an agent that is down', () => {
  test('gets everything in order once it is up again; the log says both', async t => {
    const { agent, writer, lines } = await writing(t, {}, { batchBytes: 10_000 })
    const { url } = agent
    await agent.stop()
    for (let round = 0; round < 5; round++) {
      endTraces(writer, 40, round * 40)
      assert.deepEqual(await writer.flush(), { sent: 0, dropped: 0, timedOut: false })
    }
    await agent.start()
    endTraces(writer, 40, 200)
    assert.deepEqual(await writer.flush(), { sent: 240, dropped: 0, timedOut: false })
    assert.deepEqual(allIndexes(agent.payloads), upTo(240))
    assert.deepEqual(lines, [
      `warn: agent at ${url} cannot be reached (ECONNREFUSED); traces are kept until it can`,
      `info: agent at ${url} can be reached again`,
    ])
    const { errors } = readCounters()
    assert.deepEqual(Object.keys(errors), ['ECONNREFUSED'])
  })

  test('is found again without a flush', async t => {
    const { agent, writer } = await writing(t, {}, { delayMs: 0 })
    await agent.stop()
    endTraces(writer, 1)
    await writer.flush()
    endTraces(writer, 10, 1)
    await agent.start()
    await agent.received(2)
    await writer.flush()
    assert.deepEqual(allIndexes(agent.payloads), upTo(11))
  })

  test('costs at most the configured memory: the oldest traces are dropped, counted, and logged once a minute', async t => {
    const limit = MIB / 4
    const { agent, writer, lines } = await writing(t, {}, { batchBytes: 16_384, queueBytes: limit })
    let now = 1_000_000
    t.mock.method(performance, 'now', () => now)
    await agent.stop()
    let most = 0
    for (let index = 0; index < 3000; index++) {
      endTraces(writer, 1, index, 'x'.repeat(200))
      most = Math.max(most, writer.byteLength)
      if (index % 500 === 0) await writer.flush()
    }
    assert.ok(most <= limit && most > limit - 2 * 16_384, `${most}`)
    assert.equal(lines.length, 1)
    const { dropped, sent } = await writer.flush()
    const losses = readCounters().tracesDropped['queue full']
    assert.equal(sent, 0)
    assert.ok(dropped > 0 && losses > 2000)
    now += 60_000
    await writer.flush()
    assert.equal(lines.length, 2)
    assert.match(
      lines[1],
      new RegExp(
        `cannot be reached \\(ECONNREFUSED\\); ${losses} traces dropped in total \\(\\d+ more since\\)$`,
      ),
    )
    await agent.start()
    const { sent: rest } = await writer.flush()
    const indexes = allIndexes(agent.payloads)
    assert.equal(rest, 3000 - losses)
    assert.deepEqual(indexes, upTo(3000).slice(losses), 'the newest are left, in order')
    assert.equal(writer.byteLength, 0)
  })

  test('is named by its socket file in messages', async t => {
    const folder = mkdtempSync(join(tmpdir(), 'writer-'))
    t.after(() => rmSync(folder, { recursive: true, force: true }))
    const path = join(folder, 'agent.sock')
    const { agent, writer, lines } = await writing(t, { listen: { path } })
    endTraces(writer, 1)
    assert.equal((await writer.flush()).sent, 1)
    await agent.stop()
    endTraces(writer, 1)
    await writer.flush()
    assert.deepEqual(lines, [
      `warn: agent at unix://${path} cannot be reached (ENOENT); traces are kept until it can`,
    ])
  })
})

describe('an agent on IPv6', () => {
  test('gets traces', async t => {
    const made = await writing(t, { listen: { port: 0, host: '::1' } }).catch(() => undefined)
    if (made === undefined) return t.skip('this machine has no ::1')
    endTraces(made.writer, 1)
    assert.equal((await made.writer.flush()).sent, 1)
  })
})

describe('an agent that breaks', () => {
  const broken: [Answer, RegExp][] = [
    ['reset', /ECONNRESET|UND_ERR_SOCKET/],
    ['garbage', /HTTPParserError|HPE_/],
  ]
  for (const [answer, code] of broken) {
    test(`does it once (${answer}): a flush delivers nevertheless, and nothing is logged`, async t => {
      const { writer, lines } = await writing(t, { answer: (_, index) => (index === 0 ? answer : OK) })
      endTraces(writer, 2)
      assert.deepEqual(await writer.flush(), { sent: 2, dropped: 0, timedOut: false })
      assert.deepEqual(lines, [])
      assert.match(Object.keys(readCounters().errors).join(), code)
    })

    test(`does it all the time (${answer}): traces are kept, and the log says so`, async t => {
      const { agent, writer, lines } = await writing(t, { answer: () => answer })
      endTraces(writer, 2)
      assert.deepEqual(await writer.flush(), { sent: 0, dropped: 0, timedOut: false })
      assert.match(
        lines.join('\n'),
        new RegExp(`^warn: agent at ${agent.url} cannot be reached \\((${code.source})`),
      )
      agent.answer = () => OK
      assert.deepEqual(await writer.flush(), { sent: 2, dropped: 0, timedOut: false })
    })
  }

  test('closes an idle connection: the next payload takes another', async t => {
    const { agent, writer, lines } = await writing(t)
    endTraces(writer, 1)
    await writer.flush()
    await agent.stop()
    await agent.start()
    endTraces(writer, 1, 1)
    assert.equal((await writer.flush()).sent, 1)
    assert.deepEqual(lines, [])
  })

  test('answers without end: the traces count as delivered', async t => {
    const { writer } = await writing(t, { answer: () => 'endless' })
    endTraces(writer, 1)
    assert.equal((await writer.flush()).sent, 1)
  })
})

describe('an agent that hangs', () => {
  test('makes a flush return at its deadline, and gets the traces later', async t => {
    const { agent, writer } = await writing(t, { answer: () => 'hang' })
    endTraces(writer, 2)
    assert.deepEqual(await writer.flush(20), { sent: 0, dropped: 0, timedOut: true })
    // The payload under way is still under way: nothing is sent twice at the same time.
    endTraces(writer, 2, 2)
    assert.deepEqual(await writer.flush(20), { sent: 0, dropped: 0, timedOut: true })
    assert.equal(agent.payloads.length, 1)
    await agent.stop()
    agent.answer = () => OK
    await agent.start()
    await writer.flush()
    assert.deepEqual(allIndexes(agent.payloads.slice(1)), upTo(4))
  })

  test('gets the payload again after the time-out', async t => {
    const { agent, writer, lines } = await writing(t, { answer: (_, index) => (index === 0 ? 'hang' : OK) })
    const expire = firstTimer(t, REQUEST_TIMEOUT_MS)
    endTraces(writer, 2)
    const flushed = writer.flush(10_000)
    await agent.received(1)
    expire()
    await flushed
    assert.equal(agent.payloads.length, 2)
    assert.deepEqual(indexesOf(agent.payloads[1]), [0, 1])
    assert.deepEqual(readCounters().errors, { ETIMEDOUT: 1 })
    assert.deepEqual(lines, [])
  })

  test('keeps the payload that is under way in memory, and drops those behind it', async t => {
    const { agent, writer, lines } = await writing(
      t,
      { answer: () => 'hang' },
      { batchBytes: 4096, queueBytes: 16_384 },
    )
    endTraces(writer, 1)
    await writer.flush(300)
    endTraces(writer, 200, 1)
    assert.ok(writer.byteLength <= 16_384)
    assert.match(lines[0], /^warn: \d+ KiB wait for agent at http:.*; \d+ traces dropped in total$/)
    agent.answer = () => OK
    await agent.stop()
    await agent.start()
    await writer.flush()
    const indexes = allIndexes(agent.payloads.slice(1))
    assert.equal(indexes[0], 0)
    assert.equal(indexes.at(-1), 200)
    assert.ok(indexes[1] > 1)
  })
})
