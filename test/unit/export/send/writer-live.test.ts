/** A writer while the configuration changes, and what it knows about its agent. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Unpackr } from 'msgpackr'
import type { AgentInfo } from '../../../../src/core/signal'
import { infoAnswer } from '../../../support/fake-agent'
import { TEST_COMMON } from '../../../support/runtime'
import { endTrace, endTraces } from '../../../support/traces'
import { allIndexes, writing } from '../../../support/writing'

const unpackr = new Unpackr({ useRecords: false, mapsAsObjects: true, int64AsType: 'bigint' })

test('traces that end after the tags of every span have changed carry the new ones, and none is lost', async t => {
  let area = 'near'
  const commonTags = () => ({ ...TEST_COMMON, meta: { ...TEST_COMMON.meta, area } })
  const { agent, writer } = await writing(t, {}, { commonTags })
  endTraces(writer, 2)
  area = 'far'
  writer.renewEncoder()
  endTraces(writer, 2, 2)
  assert.equal((await writer.flush()).sent, 4)
  assert.deepEqual(allIndexes(agent.payloads), [0, 1, 2, 3])
  const areas = agent.payloads
    .flatMap(({ body }) => unpackr.unpack(body) as { meta: Record<string, string> }[][])
    .map(([{ meta }]) => meta.area)
  assert.deepEqual(areas, ['near', 'near', 'far', 'far'])
})

test('a renewed encoder keeps the format', async t => {
  const { agent, writer } = await writing(t, {}, { protocolVersion: '0.5' })
  writer.renewEncoder()
  endTrace(writer, { index: 1 })
  await writer.flush()
  assert.deepEqual(
    agent.payloads.map(({ path }) => path),
    ['/v0.5/traces'],
  )
})

test('tells what the agent says about itself, and asks once', async t => {
  const told: AgentInfo[] = []
  const info = () => infoAnswer({ endpoints: ['/v0.4/traces', '/v0.7/config'] })
  const { agent, writer } = await writing(t, { info }, { onInfo: each => told.push(each) })
  const [one, other] = await Promise.all([writer.askInfo(), writer.askInfo()])
  assert.deepEqual(one?.endpoints, ['/v0.4/traces', '/v0.7/config'])
  assert.equal(one, other)
  assert.equal(await writer.askInfo(), one)
  assert.deepEqual([told, agent.others.length], [[one], 1])
})

test('askInfo rejects when the agent does not answer', async t => {
  const { agent, writer } = await writing(t)
  await agent.stop()
  await assert.rejects(writer.askInfo(), { code: 'ECONNREFUSED' })
})
