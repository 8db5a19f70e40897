/** The trace format that an agent gets, and what else the writer learns from `/info`. */

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { Unpackr } from 'msgpackr'
import { infoAnswer, OK } from '../../../support/fake-agent'
import { endTraces } from '../../../support/traces'
import { giveUpSoon } from '../../../support/waits'
import { allIndexes, upTo, writing } from '../../../support/writing'

const V05 = { protocolVersion: '0.5' } as const
const paths = (payloads: { path: string }[]): string[] => payloads.map(({ path }) => path)

describe('v0.4', () => {
  test('is the default, and the first payload does not wait for /info', async t => {
    const { agent, writer } = await writing(t, { info: () => 'hang' })
    endTraces(writer, 1)
    assert.equal((await writer.flush()).sent, 1)
    assert.deepEqual(paths(agent.payloads), ['/v0.4/traces'])
    await agent.infoAsked(1)
  })
})

describe('v0.5', () => {
  test('is used when the agent lists it', async t => {
    const { agent, writer, lines } = await writing(t, {}, V05)
    for (let index = 0; index < 3; index++) {
      endTraces(writer, 1, index)
      assert.equal((await writer.flush()).sent, 1)
    }
    assert.deepEqual(paths(agent.payloads), ['/v0.5/traces', '/v0.5/traces', '/v0.5/traces'])
    assert.deepEqual(allIndexes(agent.payloads), upTo(3))
    assert.equal(agent.others.length, 1)
    assert.deepEqual(lines, [])
  })

  for (const [name, info] of [
    ['does not list it', infoAnswer({ endpoints: ['/v0.4/traces'] })],
    ['has no /info', { status: 404 }],
    ['answers /info with nonsense', { status: 200, body: 'null' }],
  ] as const) {
    test(`becomes v0.4 when the agent ${name}, which is logged once`, async t => {
      const { agent, writer, lines } = await writing(t, { info: () => info }, V05)
      endTraces(writer, 3)
      assert.deepEqual(await writer.flush(), { sent: 3, dropped: 0, timedOut: false })
      endTraces(writer, 2, 3)
      await writer.flush()
      assert.deepEqual(paths(agent.payloads), ['/v0.4/traces', '/v0.4/traces'])
      assert.deepEqual(allIndexes(agent.payloads), upTo(5))
      assert.equal(lines.length, 1)
      assert.match(
        lines[0],
        /^warn: agent at .* does not take \/v0\.5\/traces \(it .*\), \/v0\.4\/traces is used$/,
      )
    })
  }

  for (const status of [404, 415]) {
    test(`becomes v0.4 when its endpoint answers ${status}: the same spans arrive, queued ones included`, async t => {
      const { agent, writer, lines } = await writing(
        t,
        { answer: ({ path }) => (path === '/v0.5/traces' ? { status } : OK) },
        { ...V05, batchBytes: 8192 },
      )
      endTraces(writer, 100, 0, 'täxt\ud800')
      assert.deepEqual(await writer.flush(), { sent: 100, dropped: 0, timedOut: false })
      assert.equal(paths(agent.payloads).filter(path => path === '/v0.5/traces').length, 1)
      const taken = agent.payloads.filter(({ path }) => path === '/v0.4/traces')
      assert.ok(taken.length > 1)
      assert.deepEqual(allIndexes(taken), upTo(100))
      const unpackr = new Unpackr({ useRecords: false, int64AsType: 'bigint' })
      const [[span]] = unpackr.unpack(taken[0].body)
      assert.equal(span.meta.text, 'täxt\ufffd')
      assert.equal(span.service, 'shop')
      assert.match(lines[0], new RegExp(`it answers ${status}`))
      for (const { headers, body } of taken) {
        assert.equal(Number(headers['content-length']), body.length)
        assert.equal(Number(headers['x-datadog-trace-count']), unpackr.unpack(body).length)
      }
    })
  }

  test('waits for an agent that is down, and is negotiated when it comes', async t => {
    const { agent, writer } = await writing(t, {}, V05)
    await agent.stop()
    endTraces(writer, 2)
    assert.deepEqual(await writer.flush(), { sent: 0, dropped: 0, timedOut: false })
    await agent.start()
    assert.equal((await writer.flush()).sent, 2)
    assert.deepEqual(paths(agent.payloads), ['/v0.5/traces'])
  })

  test('becomes v0.4 when /info does not answer', async t => {
    const { agent, writer, transport, lines } = await writing(t, { info: () => 'hang' }, V05)
    giveUpSoon(transport, '/info')
    endTraces(writer, 2)
    assert.equal((await writer.flush()).sent, 2)
    assert.deepEqual(paths(agent.payloads), ['/v0.4/traces'])
    assert.match(lines[0], /its \/info does not answer/)
  })

  test('is asked for again at another agent', async t => {
    const { agent, writer } = await writing(t, {}, V05)
    endTraces(writer, 1)
    await writer.flush()
    const { agent: old } = await writing(t, { info: () => ({ status: 404 }) })
    writer.setUrl(old.url)
    endTraces(writer, 1)
    assert.equal((await writer.flush()).sent, 1)
    assert.deepEqual([paths(agent.payloads), paths(old.payloads)], [['/v0.5/traces'], ['/v0.4/traces']])
  })
})

describe('/info', () => {
  test('is not asked for before there is a trace', async t => {
    const { agent, writer } = await writing(t)
    await writer.flush()
    assert.equal(agent.connections, 0)
  })

  test('is kept, asked for once, and again when the state of the agent changes', async t => {
    let state = 'one'
    const headers = () => ({ 'Datadog-Agent-State': state })
    const { agent, writer } = await writing(t, {
      answer: () => ({ status: 200, body: '{}', headers: headers() }),
      info: () =>
        infoAnswer({ version: state, endpoints: ['/v0.4/traces', 7], peer_tags: ['db.name'] }, headers()),
    })
    const send = async (): Promise<void> => {
      endTraces(writer, 1)
      await writer.flush()
    }
    await send()
    await agent.infoAsked(1)
    await send()
    const info = await writer.askInfo()
    assert.deepEqual(info?.endpoints, ['/v0.4/traces'])
    assert.deepEqual(info?.fields.peer_tags, ['db.name'])
    await send()
    assert.equal(agent.others.length, 1)
    state = 'two'
    await send()
    await agent.infoAsked(2)
    await send()
    assert.equal((await writer.askInfo())?.fields.version, 'two')
    assert.equal(agent.others.length, 2)
  })

  test('is asked for once even if it fails', async t => {
    const { agent, writer } = await writing(t, { info: () => ({ status: 404 }) })
    for (let index = 0; index < 5; index++) {
      endTraces(writer, 1)
      await writer.flush()
    }
    assert.equal(agent.others.length, 1)
    assert.equal(await writer.askInfo(), undefined)
  })

  test('bounds payloads by half of what the agent takes', async t => {
    const info = infoAnswer({ endpoints: [], config: { max_request_bytes: 40_000 } })
    const { agent, writer } = await writing(t, { info: () => info })
    endTraces(writer, 1)
    await writer.flush()
    await agent.infoAsked(1)
    // The answer to /info has to be read before the next trace; a request behind it on the same connection proves that.
    endTraces(writer, 1)
    await writer.flush()
    agent.payloads.length = 0
    endTraces(writer, 100, 0, 'x'.repeat(500))
    await writer.flush()
    assert.ok(agent.payloads.length >= 2)
    for (const { body } of agent.payloads) assert.ok(body.length < 22_000, `${body.length}`)
    assert.deepEqual(allIndexes(agent.payloads), upTo(100))
  })
})
