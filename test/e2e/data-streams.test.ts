/** Data streams of a whole program: they arrive however it ends, and cost nothing unless they are asked for. */

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { gunzipSync } from 'node:zlib'
import { Unpackr } from 'msgpackr'
import { type FakeAgent, startFakeAgent } from '../support/fake-agent'
import { fixture, runNode } from '../support/programs'

const PROGRAM = fixture('data-streams.cjs')
const unpackr = new Unpackr({ useRecords: false, int64AsType: 'bigint' })
const PATH = '/v0.1/pipeline_stats'

interface Pipeline {
  Service: string
  Stats: { Stats: { EdgeTags: string[] }[] }[]
}

function pipelinesOf(agent: FakeAgent): Pipeline[] {
  return [...agent.others, ...agent.payloads]
    .filter(({ path }) => path === PATH)
    .map(({ body }) => unpackr.unpack(gunzipSync(body)) as Pipeline)
}

async function runWith(t: { after(fn: () => unknown): void }, way: string, env: Record<string, string>) {
  const agent = await startFakeAgent({
    route: ({ path }) => (path === PATH ? { status: 202, body: '' } : undefined),
  })
  t.after(() => agent.stop())
  const ended = await runNode([PROGRAM, way], { DD_TRACE_AGENT_URL: agent.url, DD_SERVICE: 'shop', ...env })
  return { agent, ended }
}

describe('a program with data streams', () => {
  for (const way of ['end', 'exit', 'shutdown']) {
    test(`sends its counts: ${way}`, async t => {
      const { agent, ended } = await runWith(t, way, { DD_DATA_STREAMS_ENABLED: 'true' })
      assert.deepEqual([ended.code, ended.stderr], [0, ''])
      assert.equal(ended.stdout, '["mine","dd-pathway-ctx-base64"]\n')
      const [pipeline, ...more] = pipelinesOf(agent)
      assert.equal(more.length, 0)
      assert.equal(pipeline.Service, 'shop')
      assert.deepEqual(
        pipeline.Stats.flatMap(bucket => bucket.Stats.map(({ EdgeTags }) => EdgeTags)),
        ['out', 'in'].map(each => [
          `direction:${each}`,
          'manual_checkpoint:true',
          'topic:orders',
          'type:sqs',
        ]),
      )
    })
  }

  test('sends and writes nothing without the setting', async t => {
    const { agent, ended } = await runWith(t, 'end', {})
    assert.deepEqual([ended.code, ended.stdout, ended.stderr], [0, '["mine"]\n', ''])
    assert.deepEqual(pipelinesOf(agent), [])
  })
})
