import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { type FakeAgent, startFakeAgent } from '../support/fake-agent'
import { readUpload } from '../support/profile-uploads'
import { readProfile, sumOf } from '../support/profiles'
import { ROOT, runNode } from '../support/programs'
import { temporaryFolder } from '../support/temporary'

const LEAKING = join(ROOT, 'dist', 'test', 'support', 'leaking.js')
const SMALL = ['--max-old-space-size=64', LEAKING]
const PATH = '/profiling/v1/input'
const ABORTED = [null, 'SIGABRT']

async function agentOf(t: TestContext): Promise<FakeAgent> {
  const agent = await startFakeAgent()
  t.after(() => agent.stop())
  return agent
}

const uploads = (agent: FakeAgent) => agent.others.filter(({ path }) => path === PATH)

/** The parts of what V8 prints when it gives up; which of its two reasons is chance. */
function partsOf(stderr: string): string[] {
  const lines = stderr.split('\n').filter(line => /^FATAL|^<---|^-----/.test(line))
  return lines.map(line => line.replace(/(Reached|Ineffective mark-compacts near) heap limit/, '(reason)'))
}

test('a program that runs out of memory sends its heap profile, and ends as without the profiler', async t => {
  const agent = await agentOf(t)
  const [ended, alone] = await Promise.all([
    runNode(SMALL, { DD_TRACE_AGENT_URL: agent.url, DD_SERVICE: 'shop' }, 60_000),
    runNode([...SMALL, 'off'], {}, 60_000),
  ])
  assert.deepEqual([ended.code, ended.signal], ABORTED, ended.stderr)
  assert.deepEqual([alone.code, alone.signal], ABORTED)
  assert.equal(ended.stdout, alone.stdout)
  assert.ok(partsOf(alone.stderr).length >= 2, alone.stderr)
  assert.deepEqual(partsOf(ended.stderr), partsOf(alone.stderr))

  // V8 sometimes asks a first time when it is garbage that has filled the heap.
  const sent = uploads(agent)
  assert.ok(sent.length === 1 || sent.length === 2)
  const { event, samples } = await readUpload(sent[sent.length - 1])
  assert.deepEqual(event.attachments, ['space.pprof'])
  const tags = event.tags_profiler.split(',')
  for (const tag of ['snapshot:on_oom', 'service:shop', 'profiler_version:1.2.3'])
    assert.ok(tags.includes(tag), tag)
  assert.ok(Math.abs(Date.parse(event.end) - Date.now()) < 3_600_000)
  const space = samples('space.pprof')
  const all = sumOf(space, 'inuse_space')
  const leaked = sumOf(space, 'inuse_space', 'leakUntilFull')
  console.log(`of ${(all / 1e6).toFixed(0)} MB the leak has ${(leaked / 1e6).toFixed(0)}`)
  // From Node.js 24 on V8 sometimes gives up a heap as small as this when garbage fills it.
  const least = Number.parseInt(process.versions.node, 10) < 24 ? 40e6 : 10e6
  assert.ok(leaked > least && leaked > 0.8 * all)
  assert.ok(sumOf(space, 'inuse_space', 'useAndDrop') < 0.1 * leaked)
})

test('an agent that does not answer does not keep the program from ending', async t => {
  const agent = await agentOf(t)
  agent.route = () => 'hang'
  const env = { DD_TRACE_AGENT_URL: agent.url, DD_PROFILING_UPLOAD_TIMEOUT: '3000' }
  const ended = await runNode(SMALL, env, 60_000)
  assert.deepEqual([ended.code, ended.signal], ABORTED, ended.stderr)
  // The exporter goes on trying when the program has ended.
  await agent.until(() => uploads(agent).length >= 2)
})

test('a worker that runs out of memory ends alone, and sends its heap profile', async t => {
  const agent = await agentOf(t)
  const ended = await runNode([LEAKING, 'worker'], { DD_TRACE_AGENT_URL: agent.url }, 60_000)
  // Node.js 24 sometimes ends the whole process, also without the tracer.
  if (ended.signal !== 'SIGABRT') {
    assert.deepEqual([ended.code, ended.signal], [0, null], ended.stderr)
    assert.equal(ended.stdout, 'the worker ended: ERR_WORKER_OUT_OF_MEMORY\n')
  }
  const { samples } = await readUpload(uploads(agent)[0])
  const space = samples('space.pprof')
  assert.ok(space.every(({ labels }) => labels['thread name'] === 'Worker #1 Event Loop'))
  // A heap as small as this can be full of garbage when V8 gives it up.
  const leaked = sumOf(space, 'inuse_space', 'leakUntilFull')
  assert.ok(leaked > 5e6 && leaked > 0.8 * sumOf(space, 'inuse_space'), String(leaked))
})

test('workers that leak in large steps end alone, too', async t => {
  const agent = await agentOf(t)
  const ended = await runNode([LEAKING, 'workers'], { DD_TRACE_AGENT_URL: agent.url }, 60_000)
  assert.deepEqual([ended.code, ended.signal], [0, null], ended.stderr)
  assert.equal(ended.stdout, 'the worker ended: ERR_WORKER_OUT_OF_MEMORY\n'.repeat(10))
  assert.equal(uploads(agent).length, 10)
})

test('the limit is raised as often as the settings say, and each time a profile is sent', async t => {
  const agent = await agentOf(t)
  const env = {
    DD_TRACE_AGENT_URL: agent.url,
    DD_PROFILING_EXPERIMENTAL_OOM_HEAP_LIMIT_EXTENSION_SIZE: String(32 << 20),
    DD_PROFILING_EXPERIMENTAL_OOM_MAX_HEAP_EXTENSION_COUNT: '2',
  }
  const ended = await runNode(SMALL, env, 60_000)
  assert.deepEqual([ended.code, ended.signal], ABORTED, ended.stderr)
  const sizes = await Promise.all(
    uploads(agent).map(async request =>
      sumOf((await readUpload(request)).samples('space.pprof'), 'inuse_space', 'leakUntilFull'),
    ),
  )
  console.log(`left at ${sizes.map(size => (size / 1e6).toFixed(0)).join(', ')} MB`)
  // V8 may give up without asking a last time.
  assert.ok(sizes.length === 2 || sizes.length === 3)
  assert.ok((sizes.at(-1) as number) - sizes[0] > 40e6)
})

test("with the strategy logs the largest stacks are on stderr, before V8's own message", async () => {
  const ended = await runNode(SMALL, { DD_PROFILING_EXPERIMENTAL_OOM_EXPORT_STRATEGIES: 'logs' }, 60_000)
  assert.deepEqual([ended.code, ended.signal], ABORTED)
  const lines = ended.stderr.split('\n').filter(line => /^tracer:|^FATAL/.test(line))
  assert.match(lines[0], /^tracer: the heap is nearly full; the largest of \d+ stacks that hold \d+ bytes:$/)
  assert.match(lines[lines.length - 1], /^FATAL ERROR/)
  assert.match(ended.stderr, /\n\d+ bytes in \d+ objects\n {4}at leakUntilFull \(.*leaking\.js:\d+\)\n/)
})

test('the profile can be written to a file', async () => {
  const folder = temporaryFolder('tracer-oom-')
  const env = {
    DD_PROFILING_EXPORTERS: 'file',
    DD_PROFILING_PPROF_PREFIX: `${folder}/`,
    DD_PROFILING_DEBUG_UPLOAD_COMPRESSION: 'off',
  }
  const ended = await runNode(SMALL, env, 60_000)
  const [file] = readdirSync(folder)
  assert.match(String(file), /^space_\d+_0_oom\.pprof$/, ended.stderr)
  assert.ok(sumOf(readProfile(readFileSync(join(folder, file))), 'inuse_space', 'leakUntilFull') > 40e6)
})

test("both the profile and the snapshot of Node's own option are written", async t => {
  const agent = await agentOf(t)
  const folder = temporaryFolder('tracer-oom-')
  const flags = ['--heapsnapshot-near-heap-limit=1', `--diagnostic-dir=${folder}`]
  const ended = await runNode([...flags, ...SMALL], { DD_TRACE_AGENT_URL: agent.url }, 120_000)
  assert.equal(uploads(agent).length, 1, ended.stderr)
  assert.deepEqual(readdirSync(folder).filter(name => name.endsWith('.heapsnapshot')).length, 1, ended.stderr)
  assert.deepEqual([ended.code, ended.signal], ABORTED, ended.stderr)
})
