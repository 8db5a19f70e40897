import assert from 'node:assert/strict'
import { test } from 'node:test'
import { withService } from '../services/service'
import { startFakeAgent } from '../support/fake-agent'
import { readUpload } from '../support/profile-uploads'
import type { ProfileSample } from '../support/profiles'
import { fixture, INIT, runNode } from '../support/programs'
import { judge, type SpanTruth } from '../support/span-truth'

/** Whether Node's async context is an AsyncContextFrame, which the signal handler can read. */
const HAS_FRAME = Number.parseInt(process.versions.node, 10) >= 24

for (const mode of HAS_FRAME ? ['async-context', 'slot'] : ['slot']) {
  test(
    `samples carry the span that was active, and none that had finished: ${mode}`,
    withService('postgres', async (_t, { url }) => {
      const { truth, samples, settings } = await run(url, mode === 'async-context')
      assert.equal(settings.asyncContextFrameEnabled, mode === 'async-context')
      const verdict = judge(truth, samples)
      console.log(`${process.version} ${mode}: ${JSON.stringify(verdict)}`)
      const { expected, labelled, wrong, without, late } = verdict
      assert.ok(expected > 200 && without > 20, 'samples in busy sections')
      assert.ok(labelled >= 0.99 * expected, `${labelled} of ${expected} carry a span`)
      assert.ok(wrong <= 0.01 * labelled, `${wrong} of ${labelled} carry another span`)
      assert.equal(late, 0, 'samples whose span had finished')
      const served = samples.filter(({ labels }) => labels['trace endpoint'] === 'GET /orders/:id')
      assert.ok(served.length > 100, 'samples of an endpoint')
    }),
  )
}

interface Seen {
  truth: SpanTruth
  samples: ProfileSample[]
  settings: Record<string, unknown>
}

/** Runs the program until its last profile arrives: the second that it has for that is too short on a busy machine. */
async function run(databaseUrl: string, useAsyncContext: boolean): Promise<Seen> {
  for (let attempt = 1; attempt <= 5; attempt++) {
    const seen = await runOnce(databaseUrl, useAsyncContext)
    if (seen !== undefined) return seen
  }
  throw new Error('the last profile was lost in all of five runs')
}

/** Returns undefined where the last profile was lost, which the program says. */
async function runOnce(databaseUrl: string, useAsyncContext: boolean): Promise<Seen | undefined> {
  const agent = await startFakeAgent({})
  try {
    const ended = await runNode(
      ['--require', INIT, fixture('spans-truth.cjs')],
      {
        DATABASE_URL: databaseUrl,
        DD_TRACE_AGENT_URL: agent.url,
        DD_PROFILING_ENABLED: 'true',
        DD_PROFILING_SAMPLING_RATE: '1000',
        DD_PROFILING_ASYNC_CONTEXT_FRAME_ENABLED: String(useAsyncContext),
      },
      240_000,
    )
    if (/the last profile is lost/.test(ended.stderr)) return undefined
    assert.deepEqual([ended.code, ended.stderr], [0, ''])
    const uploads = await Promise.all(
      agent.others.filter(({ path }) => path === '/profiling/v1/input').map(readUpload),
    )
    return {
      truth: JSON.parse(ended.stdout) as SpanTruth,
      samples: uploads.flatMap(({ samples }) => samples('wall.pprof')),
      settings: uploads[0].event.info.profiler.settings,
    }
  } finally {
    await agent.stop()
  }
}
