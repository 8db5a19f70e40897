/** Statistics that the agent does not take at once. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Transport } from '../../../../src/core/transport'
import { StatsSender } from '../../../../src/export/stats/sender'
import { type Answer, type FakeAgent, OK, startFakeAgent } from '../../../support/fake-agent'
import { catchLog } from '../../../support/log-lines'

interface Sending {
  agent: FakeAgent
  sender: StatsSender
  lines: string[]
  /** Number of times that the endpoint turned out to be unknown. */
  unknown: number
}

async function sending(
  t: { after(fn: () => unknown): void },
  answer: (index: number) => Answer,
  level: 'debug' | 'warn' = 'warn',
): Promise<Sending> {
  const agent = await startFakeAgent({ stats: (_, index) => answer(index) })
  const transport = new Transport(agent.url)
  const made: Sending = {
    agent,
    lines: catchLog(level),
    unknown: 0,
    sender: new StatsSender({
      what: 'trace statistics',
      request: { method: 'PUT', path: '/v0.6/stats' },
      transport,
      headers: {},
      onUnknown: () => void made.unknown++,
      random: () => 0,
    }),
  }
  t.after(async () => {
    made.sender.clear()
    transport.close()
    await agent.stop()
    catchLog('off')
  })
  return made
}

const AT_ONCE = { 'retry-after': '0' }
const body = (text: string): Uint8Array => Buffer.from(text)
const bodies = ({ statistics }: FakeAgent): string[] => statistics.map(({ body }) => body.toString())

for (const trouble of [
  { status: 429, headers: AT_ONCE },
  { status: 503, headers: AT_ONCE },
  { status: 408, headers: AT_ONCE },
]) {
  test(`is sent again after ${trouble.status}, in order`, async t => {
    const { agent, sender, lines } = await sending(t, index => (index < 2 ? trouble : OK))
    sender.push(body('1'))
    sender.push(body('2'))
    await agent.statisticsReceived(4)
    assert.deepEqual(bodies(agent), ['1', '1', '1', '2'])
    assert.deepEqual(lines, [])
  })
}

test('is dropped after five attempts, which is logged once a minute with the number', async t => {
  const { agent, sender, lines } = await sending(t, () => ({ status: 500, body: 'broken', headers: AT_ONCE }))
  sender.push(body('1'))
  sender.push(body('2'))
  await agent.statisticsReceived(10)
  await sender.flush()
  assert.deepEqual(bodies(agent), [...Array(5).fill('1'), ...Array(5).fill('2')])
  assert.equal(sender.isEmpty, true)
  assert.deepEqual(lines, [
    `warn: agent at ${agent.url} did not take trace statistics (it answers 500 broken); 1 payloads dropped in total`,
  ])
})

for (const [status, unknown] of [
  [400, 0],
  [413, 0],
  [404, 1],
  [415, 1],
]) {
  test(`is dropped at once after ${status}`, async t => {
    const made = await sending(t, index => (index === 0 ? { status } : OK))
    made.sender.push(body('1'))
    made.sender.push(body('2'))
    await made.agent.statisticsReceived(2)
    await made.sender.flush()
    assert.deepEqual(bodies(made.agent), ['1', '2'])
    assert.equal(made.unknown, unknown)
    assert.equal(made.lines.length, 1)
  })
}

test('flush tries twice and does not wait in between', async t => {
  const { agent, sender, lines } = await sending(t, () => 'reset')
  sender.push(body('1'))
  await sender.flush()
  assert.deepEqual(bodies(agent), ['1', '1'])
  assert.equal(sender.isEmpty, true)
  assert.match(lines[0], /did not take trace statistics \(\w+\); 1 payloads dropped/)
})

test('flush ends the wait before the next attempt', async t => {
  const answer = (index: number): Answer =>
    index === 0 ? { status: 503, headers: { 'retry-after': '30' } } : OK
  const { agent, sender, lines } = await sending(t, answer, 'debug')
  sender.push(body('1'))
  // This line is logged right before the wait.
  while (lines.length === 0) await new Promise(resolve => setImmediate(resolve))
  await sender.flush()
  assert.deepEqual(lines, ['debug: trace statistics: it answers 503, attempt 1'])
  assert.deepEqual(bodies(agent), ['1', '1'])
  assert.equal(sender.isEmpty, true)
})

test('at most four wait: the oldest is dropped, but never the one under way', async t => {
  const { agent, sender, lines } = await sending(t, index =>
    index === 0 ? { status: 503, headers: { 'retry-after': '30' } } : OK,
  )
  for (const text of ['1', '2', '3', '4']) sender.push(body(text))
  assert.deepEqual(lines, [])
  sender.push(body('5'))
  assert.equal(lines.length, 1)
  await agent.statisticsReceived(1)
  await sender.flush()
  assert.deepEqual(bodies(agent), ['1', '1', '3', '4', '5'])
})

test('payloads that were taken out are not sent; later ones are', async t => {
  const { agent, sender } = await sending(t, index =>
    index === 0 ? { status: 503, headers: { 'retry-after': '30' } } : OK,
  )
  sender.push(body('1'))
  await agent.statisticsReceived(1)
  assert.deepEqual(
    sender.takeUnsent().map(request => String(request.body)),
    ['1'],
  )
  sender.push(body('2'))
  await sender.flush()
  assert.deepEqual(bodies(agent), ['1', '2'])
})
