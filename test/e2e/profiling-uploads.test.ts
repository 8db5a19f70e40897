import assert from 'node:assert/strict'
import { mkdtemp, readdir, readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { type FakeAgent, startFakeAgent } from '../support/fake-agent'
import { type ReadUpload, readUpload, unpack } from '../support/profile-uploads'
import { readProfile, sumOf } from '../support/profiles'
import { fixture, INIT, runNode } from '../support/programs'

const uploadsTo = (agent: FakeAgent): Promise<ReadUpload[]> =>
  Promise.all(agent.others.filter(({ path }) => path === '/profiling/v1/input').map(readUpload))

/** Runs a program with the profiler on, to its end. */
async function profiled(args: readonly string[], env: Record<string, string> = {}, attempts = 5) {
  const agent = await startFakeAgent({})
  try {
    const ended = await runNode(['--require', INIT, ...args], {
      DD_TRACE_AGENT_URL: agent.url,
      DD_SERVICE: 'busy',
      DD_ENV: 'test',
      DD_VERSION: '1.0.0',
      DD_PROFILING_ENABLED: 'true',
      ...env,
    })
    // The end of a program waits half a second for the agent, which is too short on a machine that is very busy.
    if (attempts > 1 && /profile is lost/.test(ended.stderr)) return profiled(args, env, attempts - 1)
    return { ended, uploads: await uploadsTo(agent) }
  } finally {
    await agent.stop()
  }
}

const BUSY = fixture('busy.cjs')

test('a program uploads its profiles when it ends, with the tags of its spans', async () => {
  const { ended, uploads } = await profiled([BUSY])
  assert.deepEqual([ended.code, ended.stderr], [0, ''])
  assert.equal(uploads.length, 1)
  const [{ event, samples, files }] = uploads
  assert.deepEqual([...files.keys()].sort(), ['events.pprof', 'space.pprof', 'wall.pprof'])
  assert.deepEqual([...event.attachments].sort(), [...files.keys()].sort())
  for (const tag of ['service:busy', 'env:test', 'version:1.0.0', 'snapshot:on_shutdown', 'profile_seq:0'])
    assert.ok(event.tags_profiler.split(',').includes(tag), tag)
  const wall = samples('wall.pprof')
  assert.ok(sumOf(wall, 'cpu', 'burn') > 100e6, 'CPU of burn()')
  const spans = wall.filter(({ stack, labels }) => stack.includes('burn') && labels['span id'] !== undefined)
  assert.ok(spans.length > 0, 'samples with a span')
  assert.ok(spans.every(({ labels }) => labels['local root span id'] !== undefined))
  assert.ok(sumOf(samples('space.pprof'), 'inuse_space', 'hold') > 0)
  assert.ok(samples('events.pprof').some(({ labels }) => labels.event === 'gc'))
})

for (const [ending, code, signal] of [
  ['process.exit(3)', 3, null],
  ["process.kill(process.pid, 'SIGTERM')", null, 'SIGTERM'],
  ["throw new Error('meant')", 1, null],
] as const) {
  test(`a program that is ended by ${ending} uploads its last profile, and ends as without the profiler`, async () => {
    const work =
      'function burn() { const from = process.cpuUsage().user; while (process.cpuUsage().user - from < 2e5); }'
    const { ended, uploads } = await profiled([
      '-e',
      `${work} burn(); setTimeout(() => { ${ending} }, 10); setInterval(() => {}, 1000)`,
    ])
    assert.deepEqual([ended.code, ended.signal], [code, signal])
    assert.doesNotMatch(ended.stderr, /tracer:/)
    assert.equal(uploads.length, 1)
    const [{ event, samples }] = uploads
    assert.match(event.tags_profiler, /,snapshot:on_shutdown,/)
    assert.ok(sumOf(samples('wall.pprof'), 'wall', 'burn') > 0)
  })
}

test('profiles are uploaded in each period, and count requests by endpoint', async () => {
  const { ended, uploads } = await profiled([fixture('busy-server.cjs')], { DD_PROFILING_UPLOAD_PERIOD: '1' })
  assert.deepEqual([ended.code, ended.stderr], [0, ''])
  assert.ok(uploads.length >= 2, `${uploads.length} uploads`)
  const counts = uploads.flatMap(({ event }) => Object.entries<number>(event.endpoint_counts))
  const sum = (name: string) => counts.reduce((total, [key, count]) => total + (key === name ? count : 0), 0)
  assert.equal(sum('GET'), Number(/served (\d+)/.exec(ended.stdout)?.[1]))
  const labelled = uploads
    .flatMap(({ samples }) => samples('wall.pprof'))
    .filter(({ labels }) => labels['trace endpoint'] === 'GET')
  assert.ok(labelled.length > 0)
  const numbers = uploads.map(({ event }) => Number(/profile_seq:(\d+)/.exec(event.tags_profiler)?.[1]))
  assert.deepEqual(numbers, [...numbers.keys()])
})

test('profiles can be written to files', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'tracer-profiles-'))
  const { ended, uploads } = await profiled([BUSY], {
    DD_PROFILING_EXPORTERS: 'file',
    DD_PROFILING_PPROF_PREFIX: join(folder, 'p-'),
  })
  assert.deepEqual([ended.code, ended.stderr, uploads], [0, '', []])
  const names = await readdir(folder)
  const wall = names.find(name => /^p-wall_\d+_0_0\.pprof$/.test(name))
  assert.ok(wall, names.join())
  assert.ok(sumOf(readProfile(unpack(await readFile(join(folder, wall)))), 'wall', 'burn') > 0)
})

test('types of profiles and labels can be switched off', async () => {
  const { uploads } = await profiled([BUSY], {
    DD_PROFILING_PROFILERS: 'cpu',
    DD_PROFILING_TIMELINE_ENABLED: 'false',
    DD_PROFILING_CODEHOTSPOTS_ENABLED: 'false',
  })
  const [{ files, samples }] = uploads
  assert.deepEqual([...files.keys()], ['wall.pprof'])
  for (const { labels } of samples('wall.pprof'))
    assert.deepEqual([labels['span id'], labels.end_timestamp_ns], [undefined, undefined])
})

test('the profiler works with tracing switched off', async () => {
  const { ended, uploads } = await profiled([BUSY], { DD_TRACE_ENABLED: 'false' })
  assert.equal(ended.code, 0)
  assert.ok(sumOf(uploads[0].samples('wall.pprof'), 'cpu', 'burn') > 0)
})

test('an agent that does not exist does not keep the program from ending', async () => {
  const agent = await startFakeAgent({})
  const { url } = agent
  await agent.stop()
  const ended = await runNode(['--require', INIT, BUSY], {
    DD_TRACE_AGENT_URL: url,
    DD_PROFILING_ENABLED: 'true',
  })
  assert.equal(ended.code, 0)
})

test('each worker thread is profiled on its own, and labelled', async () => {
  const { ended, uploads } = await profiled([fixture('busy-worker.cjs')])
  assert.deepEqual([ended.code, ended.stderr], [0, ''])
  assert.equal(uploads.length, 2)
  for (const [name, thread] of [
    ['inMain', /^Main Event Loop$/],
    ['inWorker', /^Worker #\d+ Event Loop$/],
  ] as const) {
    const found = uploads
      .flatMap(({ samples }) => samples('wall.pprof'))
      .filter(({ stack }) => stack.includes(name))
    assert.ok(found.length > 0, name)
    for (const { labels } of found) assert.match(labels['thread name'], thread)
  }
})

test('the application starts, captures, labels and stops through tracer.profiling', async () => {
  const agent = await startFakeAgent({})
  const ended = await runNode([fixture('capture.cjs')], { DD_TRACE_AGENT_URL: agent.url })
  const uploads = await uploadsTo(agent)
  await agent.stop()
  assert.deepEqual([ended.code, ended.stderr], [0, ''])
  const [{ samples, event }] = uploads
  assert.deepEqual(event.custom_attributes, ['tenant'])
  assert.match(ended.stdout, /captured burn: true/)
  assert.ok(
    samples('wall.pprof').some(({ stack, labels }) => stack.includes('later') && labels.tenant === 'a'),
  )
})
