import assert from 'node:assert/strict'
import { once } from 'node:events'
import { Session } from 'node:inspector'
import { join } from 'node:path'
import { test } from 'node:test'
import { Worker } from 'node:worker_threads'
import { InspectorSpaceSampler } from '../../../src/profiling/inspector/inspector-space-sampler'
import { InspectorWallSampler } from '../../../src/profiling/inspector/inspector-wall-sampler'
import { type FallbackReport, fallbackOptions, profileYourself } from '../../support/fallback-program'
import { decodeFrames } from '../../support/frames'
import { pprofPackage } from '../../support/pprof-package'
import { burn } from '../../support/profiled'
import { type ProfileSample, readProfile, sumOf } from '../../support/profiles'
import { ROOT, runNode } from '../../support/programs'

const PROGRAM = JSON.stringify(join(ROOT, 'dist', 'test', 'support', 'fallback-program.js'))
const REPORT = `require(${PROGRAM}).profileYourself().then(report => process.stdout.write(JSON.stringify(report)))`

function samplesOf(report: FallbackReport['first'], type: 'wall' | 'space'): ProfileSample[] {
  assert.ok(report[type] !== undefined, `there is no ${type}`)
  return readProfile(Buffer.from(report[type], 'base64'))
}

/** Code after which the program does not find the inspector. */
const WITHOUT_INSPECTOR = `const Module = require('module'); const load = Module._load
  Module._load = (name, ...rest) => {
    if (name === 'node:inspector') throw new Error('Inspector is not available')
    return load(name, ...rest)
  };`

/** Checks the wall profile, which is the same for both engines. */
function checkWall({ first, second }: FallbackReport, thread: string): void {
  const wall = samplesOf(first, 'wall')
  assert.deepEqual(Object.keys(wall[0].values), ['sample', 'wall'])
  const [heavy, light] = ['heavy', 'light'].map(each => sumOf(wall, 'wall', each))
  // The program spends CPU time 70 to 30.
  assert.ok(heavy > 1.2 * light && light > 0, `heavy: ${heavy / 1e6} ms, light: ${light / 1e6} ms`)
  const names = new Set(wall.flatMap(({ stack }) => stack))
  for (const name of ['(root)', '(idle)', '(program)', '(garbage collector)']) assert.ok(!names.has(name))
  assert.ok(wall.every(({ labels }) => labels['thread name'] === thread))
  assert.ok(sumOf(samplesOf(second, 'wall'), 'wall', 'heavy') > 0)
  assert.equal(sumOf(samplesOf(second, 'wall'), 'wall', 'light'), 0)

  const frames = decodeFrames(Buffer.from(first.wall as string, 'base64')).stacks.flat()
  const [frame] = frames.filter(each => each.name === 'heavy')
  assert.ok(frame.file.startsWith('/') && frame.file.endsWith('fallback-program.js'), frame.file)
  assert.ok(frame.line > 1 && frame.column > 1)
  const anonymous = frames.filter(each => each.name.startsWith('(anonymous'))
  for (const { name: shown, line, column } of anonymous)
    assert.equal(shown, line === 0 ? '(anonymous)' : `(anonymous:L#${line}:C#${column})`)
}

function checkInspector(report: FallbackReport, thread: string): void {
  const { name, started, first, second } = report
  assert.equal(name, 'inspector')
  assert.deepEqual(started, [true, true])
  checkWall(report, thread)
  const space = samplesOf(first, 'space')
  assert.deepEqual(Object.keys(space[0].values), ['inuse_objects', 'inuse_space'])
  const bytes = sumOf(space, 'inuse_space', 'leak')
  assert.ok(Math.abs(bytes - 5000 * 4144) < 0.1 * 5000 * 4144, `${bytes} bytes leaked`)
  assert.ok(sumOf(space, 'inuse_objects', 'leak') > 0)
  assert.ok(space.every(({ labels }) => labels['thread name'] === thread))
  assert.ok(sumOf(samplesOf(second, 'space'), 'inuse_space', 'leak') > 0.9 * bytes)
}

test('the inspector profiles a program on its main thread', async () => {
  checkInspector(await profileYourself(), 'Main Event Loop')
})

test('the inspector profiles workers', async () => {
  const code = `const { Worker } = require('worker_threads'); new Worker(${JSON.stringify(REPORT)}, { eval: true })`
  const { stdout, stderr } = await runNode(['-e', code])
  assert.equal(stderr, '')
  checkInspector(JSON.parse(stdout), 'Worker #1 Event Loop')
})

test('without an inspector, the package pprof samples wall time if it is installed', async t => {
  const { folder, reason } = await pprofPackage()
  if (folder === undefined) return t.skip(reason)
  const env = { NODE_PATH: join(folder, 'node_modules') }
  const { stdout, stderr } = await runNode(['-e', `${WITHOUT_INSPECTOR} ${REPORT}`], env)
  assert.equal(stderr, '')
  const report = JSON.parse(stdout) as FallbackReport
  assert.deepEqual([report.name, report.started, Object.keys(report.first)], ['pprof', [true], ['wall']])
  checkWall(report, 'Main Event Loop')
})

test('an application that profiles with pprof itself is not disturbed', async t => {
  const { folder, reason } = await pprofPackage()
  if (folder === undefined) return t.skip(reason)
  const code = `const end = require('pprof').time.start(1000)
    ${WITHOUT_INSPECTOR} ${REPORT}.then(() => { if (end().sample.length === 0) process.exit(9) })`
  const ended = await runNode(['-e', code], { NODE_PATH: join(folder, 'node_modules') })
  assert.equal(ended.code, 0, ended.stderr)
  const { name, started, first } = JSON.parse(ended.stdout) as FallbackReport
  assert.deepEqual([name, started, first], ['pprof', [false], {}])
})

for (const [title, code, reason] of [
  ['is not installed', '', 'it is not installed'],
  [
    'is for another Node',
    `if (name === 'pprof') throw Object.assign(new Error('another NODE_MODULE_VERSION'), { code: 'ERR_DLOPEN_FAILED' })`,
    'it does not load: another NODE_MODULE_VERSION',
  ],
  [
    'is another package of that name',
    `if (name === 'pprof') return {}`,
    'it is another package of that name',
  ],
] as const) {
  test(`without an inspector, and where pprof ${title}, the reason why there are no profiles is given in words`, async () => {
    const start = WITHOUT_INSPECTOR.replace('if (name', `${code}\n    if (name`)
    const { stdout, stderr } = await runNode(['-e', `${start} ${REPORT}`])
    assert.equal(stderr, '')
    const name = `no inspector: Inspector is not available; pprof: ${reason}`
    assert.deepEqual(JSON.parse(stdout), { name, started: [], first: {}, second: {} })
  })
}

test('another session of the inspector that profiles at the same time is not disturbed', async () => {
  const other = new Session()
  other.connect()
  const ask = (method: string, parameters = {}): Promise<{ profile: { samples: unknown[] } }> =>
    new Promise((resolve, reject) =>
      other.post(method, parameters, (error, answer) =>
        error === null ? resolve(answer as never) : reject(error),
      ),
    )
  await ask('Profiler.enable')
  await ask('Profiler.start')
  await ask('HeapProfiler.enable')
  await ask('HeapProfiler.startSampling')
  const { name, started, first } = await profileYourself()
  assert.equal(name, 'inspector')
  // V8 has one heap profiler for all sessions; stopping it here would end the other session's too.
  assert.deepEqual([started, Object.keys(first)], [[false, true], ['wall']])
  assert.ok((await ask('Profiler.stop')).profile.samples.length > 0)
  await ask('HeapProfiler.getSamplingProfile')
  await ask('HeapProfiler.stopSampling')

  const space = new InspectorSpaceSampler({ intervalBytes: 16_384, depth: 64 })
  assert.ok(space.start())
  await ask('HeapProfiler.stopSampling')
  assert.equal(await space.take(true), undefined)
  assert.ok((await space.take(true)) !== undefined)
  space.stop()
  other.disconnect()
})

test('samples of the inspector keep their time with a timeline', async () => {
  const wall = new InspectorWallSampler(fallbackOptions(true).wall)
  const from = Date.now()
  assert.ok(wall.start())
  burn(100)
  const samples = readProfile((await wall.take(false)) as Uint8Array)
  const to = Date.now()
  const times = samples.map(({ labels }) => Number(BigInt(labels.end_timestamp_ns) / 1_000_000n))
  assert.ok(times.length > 2, `${times}`)
  assert.ok(
    times.every(time => time >= from - 60_000 && time <= to + 60_000),
    `${from} ${times} ${to}`,
  )
  assert.ok(samples.every(({ values }) => values.sample === 1))
})

test('a sampler that does not run has no profile, and can start any number of times', async () => {
  for (const sampler of [
    new InspectorWallSampler(fallbackOptions().wall),
    new InspectorSpaceSampler(fallbackOptions().space),
  ]) {
    assert.equal(await sampler.take(true), undefined)
    for (let turn = 0; turn < 50; turn++) {
      assert.ok(sampler.start())
      assert.equal(sampler.start(), false)
      if (turn % 2 === 0) sampler.stop()
      else assert.ok((await sampler.take(false)) !== undefined)
    }
    sampler.stop()
    assert.equal(await sampler.take(false), undefined)
  }
})

test('a worker that profiles itself can end at any moment', async () => {
  const code = `const { fallbackSamplers } = require(${JSON.stringify(join(ROOT, 'dist', 'src', 'profiling', 'fallback.js'))})
    const { fallbackOptions } = require(${PROGRAM})
    const { samplers } = fallbackSamplers(fallbackOptions())
    for (const each of samplers) each.start()
    setInterval(() => { for (const each of samplers) void each.take(true) }, 1)
    require('worker_threads').parentPort.postMessage('works')`
  for (let turn = 0; turn < 5; turn++) {
    const worker = new Worker(code, { eval: true })
    await once(worker, 'message')
    assert.equal(await worker.terminate(), 1)
  }
})

test('a program that is debugged is profiled, and ends', async () => {
  const { code, stdout } = await runNode(['--inspect=127.0.0.1:0', '-e', REPORT])
  assert.equal(code, 0)
  checkInspector(JSON.parse(stdout), 'Main Event Loop')
})
