import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setImmediate } from 'node:timers/promises'
import { type Following, followSpans } from '../../../src/profiling/follow-spans'
import { runWithLabels } from '../../../src/profiling/labels'
import { runInSpan } from '../../../src/trace/context'
import { Site } from '../../../src/trace/site'
import { startSpan } from '../../../src/trace/start'
import { binding, burn, wallProfiler } from '../../support/profiled'
import { type ProfileSample, readLines, readProfile } from '../../support/profiles'
import { runNode } from '../../support/programs'
import { testRuntime } from '../../support/runtime'

const HAS_FRAME = Number.parseInt(process.versions.node, 10) >= 24
const MODES = HAS_FRAME ? [true, false] : [false]
const WEB = new Site({ name: 'web.request', type: 'web' })

/** Returns the profile of `work`, whose samples are labelled with spans. */
async function profileOf(
  useAsyncContext: boolean,
  work: (following: Following) => unknown,
): Promise<Uint8Array> {
  const following = followSpans(binding(), { endpoints: true, useAsyncContext })
  const profiler = wallProfiler(true, following.endpoints)
  assert.ok(profiler.start())
  try {
    await work(following)
    return (await profiler.take(false)) as Uint8Array
  } finally {
    following.stop()
  }
}

const within = (samples: readonly ProfileSample[], name: string): ProfileSample[] => {
  const found = samples.filter(({ stack }) => stack.includes(name))
  assert.ok(found.length > 5, `samples of ${name}: ${found.length}`)
  return found
}

for (const useAsyncContext of MODES) {
  const mode = useAsyncContext ? 'async-context' : 'slot'

  test(`${mode}: samples carry the labels of enclosing calls, text and number`, async () => {
    function inner(): void {
      burn(60)
    }
    function outer(): void {
      burn(60)
    }
    function alone(): void {
      burn(60)
    }
    const bytes = await profileOf(useAsyncContext, async () => {
      await runWithLabels({ tenant: 'a', shard: 3 }, async () => {
        await setImmediate()
        runWithLabels({ tenant: 'b' }, inner)
        outer()
      })
      alone()
    })
    const samples = readProfile(bytes)
    for (const [name, tenant, shard] of [
      ['inner', 'b', '3'],
      ['outer', 'a', '3'],
      ['alone', undefined, undefined],
    ] as const) {
      for (const { labels } of within(samples, name))
        assert.deepEqual([labels.tenant, labels.shard], [tenant, shard], name)
    }
  })

  test(`${mode}: a request that is open when the window ends has its endpoint, and is not counted`, async () => {
    const runtime = testRuntime()
    const root = startSpan(runtime, WEB, undefined, {})
    root.resource = 'GET /slow'
    const child = startSpan(runtime, new Site({ name: 'step' }), root, {})
    function step(): void {
      burn(60)
    }
    const bytes = await profileOf(useAsyncContext, following => {
      runInSpan(child, step, undefined, [])
      assert.deepEqual(following.counts(), {})
    })
    child.finish()
    root.finish()
    for (const { labels } of within(readProfile(bytes), 'step'))
      assert.deepEqual(
        [labels['span id'], labels['local root span id'], labels['trace endpoint']],
        [child.toSpanId(), root.toSpanId(), 'GET /slow'],
      )
  })
}

test('a leaf is at the line that ran, its callers are at their first lines and columns', async () => {
  const work = new Function(`return function caller(turns) {
    let sum = 0
    for (let i = 0; i < turns; i++) {
      sum +=
        Math.sqrt(i) + Math.sin(i)
    }
    return leaf(sum)
    function leaf(sum) {
      for (let i = 0; i < turns; i++)
        sum += Math.sin(i)
      return sum
    }
  }`)() as (turns: number) => number
  const bytes = await profileOf(false, () => work(5_000_000))
  const lines = readLines(bytes)
  const leaves = lines.filter(([{ name }]) => name === 'caller').map(([{ line }]) => line)
  // `Function` adds two lines before the body; a line behind it belongs to a leaf that was inlined.
  assert.ok(leaves.length > 20, `${leaves}`)
  const own = leaves.filter(line => line >= 3 && line <= 8)
  assert.ok(own.length > 0.95 * leaves.length, `${leaves}`)
  assert.ok(leaves.some(line => line > 3))
  const calling = lines.flatMap(([, ...callers]) => callers.filter(({ name }) => name === 'caller'))
  assert.ok(calling.length > 20)
  for (const { line, start, column } of calling) {
    assert.equal(line, start)
    assert.ok(column > 0)
  }
})

test('samples that find no room are counted, and logged', async () => {
  const code = `const { WallSampler } = require('./dist/src/profiling/wall-sampler.js')
    const { binding, burn } = require('./dist/test/support/profiled.js')
    const options = { intervalUs: 1000, windowMs: 0, timeline: false, restart: true }
    const profiler = new WallSampler(binding(), () => undefined, options)
    profiler.start()
    burn(300)
    void profiler.take(false)`
  const ended = await runNode(['-e', code])
  assert.equal(ended.code, 0)
  assert.match(ended.stderr, /warn: \d+ samples are lost/)
})

// A JavaScript listener for SIGPROF keeps samples away, as a sampling thread of V8 that hangs does.

for (const restart of [true, false]) {
  test(`a window without samples is followed by ${restart ? 'one with samples' : 'another one where that is off'}`, async () => {
    const code = `const { WallSampler } = require('./dist/src/profiling/wall-sampler.js')
      const { binding, burn } = require('./dist/test/support/profiled.js')
      const { readProfile, sumOf } = require('./dist/test/support/profiles.js')
      const options = { intervalUs: 1000, windowMs: 10000, timeline: false, restart: ${restart} }
      const profiler = new WallSampler(binding(), () => undefined, options)
      async function main() {
        profiler.start()
        process.on('SIGPROF', () => {})
        const counts = []
        for (let window = 0; window < 4; window++) {
          burn(300)
          counts.push(sumOf(readProfile(await profiler.take(window < 3)), 'sample'))
        }
        process.stdout.write(counts.join())
        process.exit()
      }
      void main()`
    const ended = await runNode(['-e', code])
    assert.equal(ended.code, 0, ended.stderr)
    const counts = ended.stdout.split(',').map(Number)
    // V8 adds a few samples where it deoptimises code.
    assert.equal(counts[3] > 50, restart, ended.stdout)
  })
}
