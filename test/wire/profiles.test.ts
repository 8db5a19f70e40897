/**
 * Every kind of profile that JavaScript writes is read by `go tool pprof`, and by npm `pprof-format` to the same
 * sums.
 */

import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { setImmediate } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { buildSync } from 'esbuild'
import { EventsSampler } from '../../src/profiling/events/events-sampler'
import { InspectorSpaceSampler } from '../../src/profiling/inspector/inspector-space-sampler'
import { InspectorWallSampler } from '../../src/profiling/inspector/inspector-wall-sampler'
import { SourceMaps } from '../../src/profiling/source-maps'
import { SpaceSampler } from '../../src/profiling/space-sampler'
import type { Sampler } from '../../src/profiling/types'
import { goTop, missingGo, type TopRow } from '../support/go-pprof'
import { binding, spin, wallProfiler } from '../support/profiled'
import { readProfile, sumOf } from '../support/profiles'
import { temporaryFolder } from '../support/temporary'

const skip = missingGo() ?? false
const UNITS: Readonly<Record<string, string>> = {
  sample: 'count',
  wall: 'nanoseconds',
  cpu: 'nanoseconds',
  inuse_objects: 'count',
  inuse_space: 'bytes',
  timeline: 'nanoseconds',
}
const kept: number[][] = []

function work(): void {
  spin(60)
  for (let at = 0; at < 2000; at++) kept.push(new Array(512).fill(0.5))
}

/** Takes a profile of `work`, and checks that both readers add up each of its types to the same sums. */
async function agree(
  sampler: Sampler,
  run: () => unknown = work,
): Promise<{ bytes: Uint8Array; rows: TopRow[] }> {
  assert.ok(sampler.start())
  await run()
  const bytes = await sampler.take(false)
  assert.ok(bytes !== undefined)
  return { bytes, rows: await agreeOn(bytes) }
}

async function agreeOn(bytes: Uint8Array): Promise<TopRow[]> {
  const samples = readProfile(bytes)
  let all: TopRow[] = []
  for (const type of Object.keys(samples[0].values)) {
    const rows = await goTop(bytes, type, UNITS[type])
    const total = rows.reduce((sum, { flat }) => sum + flat, 0)
    assert.ok(Math.abs(total - sumOf(samples, type)) <= 1e-6 * total, `${type}: ${total}`)
    all = rows
  }
  return all
}

const named = (rows: readonly TopRow[], name: string) => rows.filter(row => row.name.split(' ')[0] === name)

test('wall time of the inspector', { skip }, async () => {
  const { rows } = await agree(new InspectorWallSampler({ intervalUs: 1000, timeline: false }))
  assert.match(named(rows, 'work')[0].name, /^work .*profiles\.test\.js:\d+$/)
})

test('wall time of the inspector with the time of each sample', { skip }, async () => {
  await agree(new InspectorWallSampler({ intervalUs: 1000, timeline: true }))
})

test('the heap of the inspector', { skip }, async () => {
  const { rows } = await agree(new InspectorSpaceSampler({ intervalBytes: 16_384, depth: 64 }))
  assert.ok(named(rows, 'work')[0].cum > 2000 * 4096 * 0.8)
})

test('wall time, CPU time and heap of the add-on', { skip }, async () => {
  const wall = wallProfiler(true)
  assert.ok(wall.start())
  work()
  assert.equal(named(await agreeOn((await wall.take(false)) as Uint8Array), 'work').length > 0, true)
  const space = new SpaceSampler(binding(), { intervalBytes: 16_384, depth: 64, allocated: false })
  assert.ok(space.start())
  work()
  const bytes = await space.take(false)
  await agreeOn(bytes as Uint8Array)
})

test('events, whose frame has no name', { skip }, async () => {
  const sampler = new EventsSampler({ intervalUs: 10_101, windowMs: 65_000 })
  const { bytes } = await agree(sampler, async () => {
    setFlagsFromString('--expose-gc')
    runInNewContext('gc')()
    // Node reports it in the next turn of the event loop.
    for (let turn = 0; turn < 3; turn++) await setImmediate()
  })
  assert.ok(readProfile(bytes).every(({ stack }) => stack.length === 1 && stack[0] === ''))
})

test('a profile in the lines of its sources, and one with the columns in the lines', { skip }, async () => {
  const folder = temporaryFolder('wire-profiles-')
  writeFileSync(
    join(folder, 'source.ts'),
    '\n\nexport function waste(milliseconds: number) { const end = Date.now() + milliseconds; while (Date.now() < end); }',
  )
  const outfile = join(folder, 'built.js')
  buildSync({
    entryPoints: [join(folder, 'source.ts')],
    outfile,
    sourcemap: true,
    minify: true,
    bundle: true,
    format: 'cjs',
  })
  const { waste } = require(outfile) as { waste(milliseconds: number): void }
  const { bytes } = await agree(new InspectorWallSampler({ intervalUs: 1000, timeline: false }), () =>
    waste(60),
  )
  const rows = await agreeOn(await new SourceMaps().map(bytes))
  assert.equal(named(rows, 'waste')[0].name, `waste ${join(folder, 'source.ts')}:3`)

  writeFileSync(`${outfile}.map`, '{')
  const lost = await new SourceMaps().map(bytes)
  const [{ name }] = (await agreeOn(lost)).filter(row => row.name.includes('built.js'))
  assert.ok(Number(name.split(':').at(-1)) > 2 ** 32, name)
})
