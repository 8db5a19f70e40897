/** Trace statistics of a whole program: they arrive however it ends, and dropped traces do not. */

import assert from 'node:assert/strict'
import { hostname } from 'node:os'
import { describe, test } from 'node:test'
import { Unpackr } from 'msgpackr'
import { TAKES_STATS } from '../support/counting'
import { type FakeAgent, infoAnswer, startFakeAgent } from '../support/fake-agent'
import { fixture, INIT, runNode } from '../support/programs'
import { readStats } from '../support/stats'

const unpackr = new Unpackr({ useRecords: false, int64AsType: 'bigint' })

function rootsOf({ payloads }: FakeAgent): string[] {
  return payloads.flatMap(({ body }) =>
    (unpackr.unpack(body) as { name: string }[][]).map(([{ name }]) => name),
  )
}

/** Hits by name, and sequence numbers. */
function countedBy({ statistics }: FakeAgent): { hits: Record<string, number>; sequences: number[] } {
  const hits: Record<string, number> = {}
  const sequences: number[] = []
  for (const { body } of statistics) {
    const { Sequence, Stats } = readStats(body)
    sequences.push(Sequence)
    for (const group of Stats.flatMap(({ Stats }) => Stats))
      hits[group.Name] = (hits[group.Name] ?? 0) + group.Hits
  }
  return { hits, sequences }
}

async function startAgent(t: { after(fn: () => unknown): void }, fields: object): Promise<FakeAgent> {
  const agent = await startFakeAgent({ info: () => infoAnswer(fields) })
  t.after(() => agent.stop())
  return agent
}

describe('a program with statistics', () => {
  for (const [way, code, signal] of [
    ['end', 0, null],
    ['exit', 3, null],
    ['sigterm', null, 'SIGTERM'],
    ['shutdown', 0, null],
  ] as const) {
    test(`sends statistics when it ends by ${way}, and of 100 dropped traces only their number`, async t => {
      const agent = await startAgent(t, TAKES_STATS)
      const ended = await runNode([fixture('stats.cjs'), way], { DD_TRACE_AGENT_URL: agent.url })
      assert.deepEqual([ended.code, ended.signal, ended.stderr], [code, signal, ''])
      assert.deepEqual(rootsOf(agent), ['early', 'kept'])
      for (const { headers } of agent.payloads) assert.equal(headers['datadog-client-computed-stats'], 'yes')
      const dropped = agent.payloads.map(({ headers }) => Number(headers['datadog-client-dropped-p0-traces']))
      assert.equal(
        dropped.reduce((sum, each) => sum + each, 0),
        100,
      )
      const { hits, sequences } = countedBy(agent)
      assert.deepEqual(hits, { early: 1, dropped: 100, kept: 1 })
      assert.deepEqual(
        sequences,
        sequences.map((_, index) => index + 1),
      )
    })

    test(`leaves statistics to an agent that takes none when it ends by ${way}`, async t => {
      const agent = await startAgent(t, { endpoints: ['/v0.4/traces'], client_drop_p0s: true })
      const ended = await runNode([fixture('stats.cjs'), way], { DD_TRACE_AGENT_URL: agent.url })
      assert.deepEqual([ended.code, ended.signal, ended.stderr], [code, signal, ''])
      assert.equal(rootsOf(agent).length, 102)
      for (const { headers } of agent.payloads)
        assert.equal(headers['datadog-client-computed-stats'], undefined)
      assert.equal(agent.statistics.length, 0)
    })
  }

  for (const way of ['end', 'exit', 'sigterm', 'shutdown'] as const) {
    test(`sends statistics also when there are no traces to send and it ends by ${way}`, async t => {
      const agent = await startAgent(t, TAKES_STATS)
      await runNode([fixture('stats.cjs'), way, 'dropped'], { DD_TRACE_AGENT_URL: agent.url })
      assert.deepEqual(rootsOf(agent), ['early'])
      assert.deepEqual(countedBy(agent).hits, { early: 1, dropped: 100 })
    })
  }

  test('sends its identity', async t => {
    const agent = await startAgent(t, TAKES_STATS)
    await runNode([fixture('stats.cjs'), 'end'], {
      DD_TRACE_AGENT_URL: agent.url,
      DD_SERVICE: 'shop',
      DD_ENV: 'prod',
      DD_VERSION: '4.5.6',
      DD_GIT_COMMIT_SHA: 'abc123',
    })
    const { Service, Env, Version, GitCommitSha, Lang, Hostname, RuntimeID, ProcessTags, Stats } = readStats(
      agent.statistics[0].body,
    )
    assert.deepEqual(
      [Service, Env, Version, GitCommitSha, Lang],
      ['shop', 'prod', '4.5.6', 'abc123', 'javascript'],
    )
    assert.equal(Hostname, hostname())
    assert.match(String(ProcessTags), /entrypoint\.name:stats/)
    const [[{ meta }]] = unpackr.unpack(agent.payloads[0].body) as { meta: Record<string, string> }[][]
    assert.equal(RuntimeID, meta['runtime-id'])
    assert.equal(Stats[0].Stats[0].Service, 'shop')
  })

  test('sends no statistics by flush(), which would cut the ten seconds that they are gathered for', async t => {
    const agent = await startAgent(t, TAKES_STATS)
    const program = `
      const tracer = require('tracer').init()
      tracer.startSpan('web').finish()
      tracer.dataStreamsCheckpointer.setProduceCheckpoint('sqs', 'orders', {})
      tracer.flush().then(({ sent }) => {
        console.log(sent)
        process.kill(process.pid, 'SIGKILL')
      })`
    const ended = await runNode(['--eval', program], {
      DD_TRACE_AGENT_URL: agent.url,
      DD_TRACE_STATS_COMPUTATION_ENABLED: 'true',
      DD_DATA_STREAMS_ENABLED: 'true',
    })
    assert.deepEqual([ended.stdout, ended.stderr], ['1\n', ''])
    assert.deepEqual(rootsOf(agent), ['web'])
    assert.deepEqual([...agent.statistics, ...agent.others.filter(({ path }) => path !== '/info')], [])
  })

  test('ends as without statistics when there is no agent', async () => {
    const env = { DD_TRACE_AGENT_URL: 'http://127.0.0.1:1' }
    const ended = await runNode([fixture('stats.cjs'), 'end'], env)
    assert.deepEqual([ended.code, ended.signal], [0, null])
    assert.match(ended.stderr, /cannot be reached/)
  })

  test('sends no statistics, prints nothing and ends if it makes no spans', async t => {
    const agent = await startAgent(t, TAKES_STATS)
    const env = { DD_TRACE_AGENT_URL: agent.url, DD_TRACE_STATS_COMPUTATION_ENABLED: 'true' }
    const ended = await runNode(['--require', INIT, '--eval', '0'], env)
    assert.deepEqual([ended.code, ended.stdout, ended.stderr], [0, '', ''])
    assert.equal(agent.statistics.length + agent.payloads.length, 0)
  })
})

test('none of the modules of statistics is loaded if statistics are off', async t => {
  const agent = await startAgent(t, TAKES_STATS)
  const program = `
    const tracer = require('tracer').init()
    tracer.startSpan('web').finish()
    tracer.flush().then(() => console.log(Object.keys(require.cache).filter(name => /export.stats|sketches|protobuf/.test(name))))
  `
  const ended = await runNode(['--eval', program], { DD_TRACE_AGENT_URL: agent.url })
  assert.equal(ended.stdout.trim(), '[]', ended.stderr)
  assert.equal(agent.payloads[0].headers['datadog-client-computed-stats'], undefined)
})
