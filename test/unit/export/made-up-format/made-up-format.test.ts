/** A trace format that is added by this folder and one row takes part in all that the writer does with formats. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { FORMATS, type TraceFormat } from '../../../../src/export/encode/formats'
import { infoAnswer, OK, type Received } from '../../../support/fake-agent'
import { endTraces } from '../../../support/traces'
import { allIndexes, upTo, writing } from '../../../support/writing'
import { decode } from './decoder'
import { MADE_UP } from './encoder'

const formats = [...FORMATS, MADE_UP]
const protocolVersion = MADE_UP.version
const OFFERED = infoAnswer({ endpoints: ['/v0.4/traces', MADE_UP.path] })
const paths = (payloads: readonly Received[]): string[] => payloads.map(({ path }) => path)
const indexesIn = (payloads: readonly Received[]): number[] =>
  payloads.flatMap(({ body }) => decode(body).map(([{ metrics }]) => metrics.index))

test('is used by an agent that offers it on /info', async t => {
  const { agent, writer, lines } = await writing(t, { info: () => OFFERED }, { formats, protocolVersion })
  endTraces(writer, 3)
  assert.deepEqual(await writer.flush(), { sent: 3, dropped: 0, timedOut: false })
  endTraces(writer, 2, 3)
  assert.equal((await writer.flush()).sent, 2)
  assert.deepEqual(paths(agent.payloads), [MADE_UP.path, MADE_UP.path])
  assert.deepEqual(indexesIn(agent.payloads), upTo(5))
  assert.deepEqual(paths(agent.others), ['/info'])
  assert.deepEqual(lines, [])
})

test('is not used by default', async t => {
  const { agent, writer } = await writing(t, { info: () => OFFERED }, { formats })
  endTraces(writer, 1)
  await writer.flush()
  assert.deepEqual(paths(agent.payloads), ['/v0.4/traces'])
})

test('becomes v0.4 for an agent that does not offer it', async t => {
  const { agent, writer, lines } = await writing(t, {}, { formats, protocolVersion })
  endTraces(writer, 3)
  assert.equal((await writer.flush()).sent, 3)
  endTraces(writer, 1, 3)
  await writer.flush()
  assert.deepEqual(paths(agent.payloads), ['/v0.4/traces', '/v0.4/traces'])
  assert.deepEqual(allIndexes(agent.payloads), upTo(4))
  assert.equal(lines.length, 1)
  assert.match(
    lines[0],
    /does not take \/v0\.7-test\/traces \(it is not in its \/info\), \/v0\.4\/traces is used$/,
  )
})

test('becomes v0.4 when its endpoint answers 404: the same spans arrive, queued ones included', async t => {
  const answer = ({ path }: Received) => (path === MADE_UP.path ? { status: 404 } : OK)
  const options = { formats, protocolVersion, batchBytes: 4096 }
  const { agent, writer } = await writing(t, { info: () => OFFERED, answer }, options)
  endTraces(writer, 60)
  assert.deepEqual(await writer.flush(), { sent: 60, dropped: 0, timedOut: false })
  const [first, ...taken] = agent.payloads
  assert.equal(first.path, MADE_UP.path)
  assert.ok(taken.length > 1)
  assert.deepEqual(new Set(paths(taken)), new Set(['/v0.4/traces']))
  assert.deepEqual(allIndexes(taken), upTo(60))
})

test('is split when the agent answers 413', async t => {
  const answer = ({ body }: Received) => (decode(body).length > 2 ? { status: 413 } : OK)
  const { agent, writer } = await writing(t, { info: () => OFFERED, answer }, { formats, protocolVersion })
  endTraces(writer, 6)
  assert.deepEqual(await writer.flush(), { sent: 6, dropped: 0, timedOut: false })
  const taken = agent.payloads.filter(({ body }) => decode(body).length <= 2)
  assert.deepEqual(indexesIn(taken), upTo(6))
})

test('may itself be what a newer format is downgraded to', async t => {
  const newer: TraceFormat = {
    ...MADE_UP,
    version: '0.8-test',
    path: '/v0.8-test/traces',
    downgradeTo: protocolVersion,
    downgrade: payload => payload,
  }
  const parts = { formats: [...formats, newer], protocolVersion: newer.version }
  const { agent: offering, writer } = await writing(t, { info: () => OFFERED }, parts)
  endTraces(writer, 2)
  assert.equal((await writer.flush()).sent, 2)
  assert.deepEqual(paths(offering.payloads), [MADE_UP.path])
  const { agent: old, writer: other, lines } = await writing(t, {}, parts)
  endTraces(other, 2)
  assert.equal((await other.flush()).sent, 2)
  endTraces(other, 1, 2)
  await other.flush()
  assert.deepEqual(paths(old.payloads), ['/v0.4/traces', '/v0.4/traces'])
  assert.deepEqual(allIndexes(old.payloads), upTo(3))
  assert.equal(lines.length, 2)
})
