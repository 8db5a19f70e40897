/** The fate of a payload for each status that an agent answers with. */

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { readCounters } from '../../../../src/core/tracer-counters'
import { type Answer, OK } from '../../../support/fake-agent'
import { endTraces } from '../../../support/traces'
import { recordedWaits } from '../../../support/waits'
import { allIndexes, indexesOf, upTo, writing } from '../../../support/writing'

/** Returns an agent's `answer` that gives these answers in turn, and 200 from then on. */
function inTurn(...answers: Answer[]): (request: unknown, index: number) => Answer {
  return (_request, index) => answers[index] ?? OK
}

describe('status 200', () => {
  test('delivers, counts, and feeds the rates back', async t => {
    const seen: unknown[] = []
    const body = '{"rate_by_service":{"service:,env:":1,"service:web,env:prod":0.5}}'
    const { agent, writer, lines } = await writing(
      t,
      { answer: () => ({ status: 200, body }) },
      { onRates: rates => seen.push(rates) },
    )
    endTraces(writer, 3)
    assert.deepEqual(await writer.flush(), { sent: 3, dropped: 0, timedOut: false })
    assert.deepEqual(indexesOf(agent.payloads[0]), [0, 1, 2])
    assert.deepEqual(seen, [{ 'service:,env:': 1, 'service:web,env:prod': 0.5 }])
    const { tracesSent, spansSent, bytesSent, payloadsSent, responses } = readCounters()
    const bytes = agent.payloads[0].body.length
    assert.deepEqual(
      [tracesSent, spansSent, bytesSent, payloadsSent, responses],
      [3, 3, bytes, 1, { 200: 1 }],
    )
    assert.deepEqual(lines, [])
    assert.equal(writer.byteLength, 0)
  })

  test('keeps the rates when an answer has none, and says which version it has', async t => {
    const version = { 'Datadog-Rates-Payload-Version': 'v1' }
    const seen: unknown[] = []
    const { agent, writer } = await writing(
      t,
      {
        answer: inTurn(
          { status: 200, body: '{"rate_by_service":{"a":1}}', headers: version },
          { status: 200, body: '{}', headers: version },
        ),
      },
      { onRates: rates => seen.push(rates) },
    )
    for (let index = 0; index < 3; index++) {
      endTraces(writer, 1, index)
      await writer.flush()
    }
    assert.deepEqual(seen, [{ a: 1 }, {}])
    const versions = agent.payloads.map(({ headers }) => headers['datadog-rates-payload-version'])
    assert.deepEqual(versions, [undefined, 'v1', 'v1'])
  })

  for (const body of [
    'OK\n',
    '',
    '{"rate_by_service":',
    'null',
    '{"rate_by_service":7}',
    '\0'.repeat(2_000_000),
  ]) {
    test(`takes any body for an acceptance: ${JSON.stringify(body.slice(0, 20))}`, async t => {
      const { writer, lines } = await writing(t, { answer: () => ({ status: 200, body }) })
      endTraces(writer, 1)
      assert.deepEqual(await writer.flush(), { sent: 1, dropped: 0, timedOut: false })
      assert.deepEqual(lines, [])
    })
  }

  test('survives a listener of rates that throws', async t => {
    const { writer } = await writing(
      t,
      {},
      {
        onRates: () => {
          throw new Error('rates')
        },
      },
    )
    endTraces(writer, 1)
    assert.equal((await writer.flush()).sent, 1)
  })
})

describe('statuses that will never change', () => {
  for (const status of [400, 401, 403, 301]) {
    test(`${status} drops the payload, counts it, and tells the agent's reason once`, async t => {
      const { agent, writer, lines } = await writing(t, {
        answer: inTurn({ status, body: 'cannot decode\nbody' }, { status, body: 'again' }),
      })
      endTraces(writer, 2)
      assert.deepEqual(await writer.flush(), { sent: 0, dropped: 2, timedOut: false })
      endTraces(writer, 1)
      await writer.flush()
      endTraces(writer, 1)
      assert.deepEqual(await writer.flush(), { sent: 1, dropped: 0, timedOut: false })
      assert.equal(agent.payloads.length, 3)
      assert.deepEqual(lines, [
        `warn: agent at ${agent.url} answers ${status} (cannot decode body); 2 traces dropped in total`,
      ])
      assert.deepEqual(readCounters().tracesDropped, { refused: 3 })
    })
  }

  for (const status of [404, 415]) {
    test(`${status} drops a payload of v0.4: there is nothing older to try`, async t => {
      const { agent, writer, lines } = await writing(t, { answer: () => ({ status }) })
      endTraces(writer, 1)
      assert.deepEqual(await writer.flush(), { sent: 0, dropped: 1, timedOut: false })
      assert.equal(agent.payloads.length, 1)
      assert.deepEqual(lines, [`warn: agent at ${agent.url} answers ${status}; 1 traces dropped in total`])
    })
  }
})

describe('status 408', () => {
  test('is tried once more', async t => {
    const { agent, writer, lines } = await writing(t, { answer: inTurn({ status: 408 }) })
    endTraces(writer, 2)
    assert.deepEqual(await writer.flush(), { sent: 2, dropped: 0, timedOut: false })
    assert.deepEqual(agent.payloads[0].body, agent.payloads[1].body)
    assert.deepEqual(lines, [])
  })

  test('twice drops the payload', async t => {
    const { agent, writer, lines } = await writing(t, {
      answer: inTurn({ status: 408 }, { status: 408, body: 'late' }),
    })
    endTraces(writer, 2)
    assert.deepEqual(await writer.flush(), { sent: 0, dropped: 2, timedOut: false })
    assert.equal(agent.payloads.length, 2)
    assert.match(lines[0], /answers 408 \(late\); 2 traces dropped in total$/)
  })
})

describe('status 413', () => {
  test('halves the payload until its parts fit, and loses nothing', async t => {
    const limit = 20_000
    const { agent, writer, lines } = await writing(t, {
      answer: ({ body }) => (body.length > limit ? { status: 413 } : OK),
    })
    endTraces(writer, 100, 0, 'x'.repeat(500))
    assert.deepEqual(await writer.flush(), { sent: 100, dropped: 0, timedOut: false })
    const taken = agent.payloads.filter(({ body }) => body.length <= limit)
    assert.deepEqual(allIndexes(taken), upTo(100))
    for (const received of taken) {
      assert.equal(Number(received.headers['x-datadog-trace-count']), indexesOf(received).length)
    }
    assert.deepEqual(lines, [])
  })

  test('makes smaller payloads from then on', async t => {
    const limit = 100_000
    const { agent, writer } = await writing(t, {
      answer: ({ body }) => (body.length > limit ? { status: 413 } : OK),
    })
    endTraces(writer, 100, 0, 'x'.repeat(1000))
    await writer.flush()
    const refused = agent.payloads.filter(({ body }) => body.length > limit)
    agent.payloads.length = 0
    endTraces(writer, 100, 0, 'x'.repeat(1000))
    await writer.flush()
    assert.equal(refused.length, 1)
    assert.ok(agent.payloads.length >= 2)
    const [{ body }] = agent.payloads
    const half = refused[0].body.length / 2
    assert.ok(body.length > half && body.length < half + 3000, `${body.length}`)
  })

  test('drops a chunk that alone is too large, and only that', async t => {
    const { agent, writer, lines } = await writing(t, {
      answer: ({ body }) => (body.length > 10_000 ? { status: 413, body: 'too big' } : OK),
    })
    endTraces(writer, 2)
    endTraces(writer, 1, 2, 'x'.repeat(20_000))
    endTraces(writer, 2, 3)
    assert.deepEqual(await writer.flush(), { sent: 4, dropped: 1, timedOut: false })
    assert.deepEqual(allIndexes(agent.payloads.filter(({ body }) => body.length <= 10_000)), [0, 1, 3, 4])
    assert.match(lines[0], /answers 413 \(too big\); 1 traces dropped in total$/)
    assert.deepEqual(readCounters().tracesDropped, { 'too large': 1 })
  })

  test('splits payloads of v0.5', async t => {
    const { agent, writer } = await writing(
      t,
      { answer: ({ body }) => (body.length > 3000 ? { status: 413 } : OK) },
      { protocolVersion: '0.5' },
    )
    endTraces(writer, 50)
    assert.deepEqual(await writer.flush(), { sent: 50, dropped: 0, timedOut: false })
    const taken = agent.payloads.filter(({ body }) => body.length <= 3000)
    assert.deepEqual(new Set(taken.map(({ path }) => path)), new Set(['/v0.5/traces']))
    assert.deepEqual(allIndexes(taken), upTo(50))
  })
})

for (const status of [429, 500, 503]) {
  describe(`status ${status}`, () => {
    const again: Answer = { status, headers: { 'Retry-After': '0' } }

    test('is tried again', async t => {
      const { agent, writer, lines } = await writing(
        t,
        { answer: inTurn(again, again, again, again) },
        { delayMs: 0 },
      )
      endTraces(writer, 1)
      await agent.received(5)
      assert.deepEqual(await writer.flush(), { sent: 1, dropped: 0, timedOut: false })
      assert.deepEqual(lines, [])
    })

    test('five times drops the payload, and the next is sent', async t => {
      const { agent, writer, lines } = await writing(
        t,
        { answer: inTurn(again, again, again, again, again) },
        { delayMs: 0 },
      )
      endTraces(writer, 1)
      await agent.received(4)
      endTraces(writer, 1, 1)
      await agent.received(6)
      assert.deepEqual(await writer.flush(), { sent: 1, dropped: 1, timedOut: false })
      assert.deepEqual(allIndexes(agent.payloads), [0, 0, 0, 0, 0, 1])
      assert.match(lines[0], new RegExp(`answers ${status}; 1 traces dropped in total$`))
      assert.deepEqual(readCounters().tracesDropped, { overloaded: 1 })
    })

    test('waits as long as the agent asks', async t => {
      const { startTimer, waits } = recordedWaits()
      const { agent, writer } = await writing(
        t,
        { answer: inTurn({ status, headers: { 'Retry-After': '7' } }) },
        { delayMs: 0, startTimer },
      )
      endTraces(writer, 1)
      await agent.received(2)
      assert.deepEqual(waits, [7000])
    })

    test('is tried twice by a flush, which then gives up without losing anything', async t => {
      const { agent, writer } = await writing(t, { answer: inTurn({ status }, { status }) })
      endTraces(writer, 1)
      assert.deepEqual(await writer.flush(), { sent: 0, dropped: 0, timedOut: false })
      assert.equal(agent.payloads.length, 2)
      assert.deepEqual(await writer.flush(), { sent: 1, dropped: 0, timedOut: false })
      assert.equal(agent.payloads.length, 3)
    })
  })
}
