/** Runtime metrics of programs: what arrives at the agent, from which thread, and when they are switched off. */

import assert from 'node:assert/strict'
import { join } from 'node:path'
import { afterEach, beforeEach, test } from 'node:test'
import { type MetricLine, type Sink, udpSink } from '../../../support/dogstatsd'
import { ROOT, runNode, startApp } from '../../../support/programs'

const LOAD = `const { tracer } = require(${JSON.stringify(join(ROOT, 'lib', 'index.js'))});`
/** Collects garbage, and ends once the event loop has been sampled: a monitor like the tracer's, but younger, has a sample. */
const LIVE = `
  require('node:v8').setFlagsFromString('--expose-gc'); require('node:vm').runInNewContext('gc')()
  const monitor = require('node:perf_hooks').monitorEventLoopDelay({ resolution: 50 })
  monitor.enable()
  const look = setInterval(() => {
    if (monitor.count < 2) return
    monitor.disable()
    monitor.reset()
    tracer.shutdown().then(() => clearInterval(look))
  }, 10)`

const DURATIONS = ['min', 'max', 'avg', 'median', '95percentile'].map(each => [each, 'g'])
const durations = (name: string): [string, string][] =>
  [...DURATIONS, ['sum', 'c'], ['total', 'c'], ['count', 'c']].map(([each, type]) => [
    `${name}.${each}`,
    type,
  ])
const gauges = (prefix: string, ...names: string[]): [string, string][] =>
  names.map(name => [`${prefix}.${name}`, 'g'])

const PROCESS_METRICS = [
  ...gauges('runtime.node.cpu', 'user', 'system', 'total'),
  ...gauges('runtime.node.mem', 'rss', 'total', 'free'),
  ...gauges('runtime.node.process', 'uptime'),
]
const EVENT_LOOP_METRICS = [
  ...durations('runtime.node.event_loop.delay'),
  ...gauges('runtime.node.event_loop', 'utilization'),
]
const GC_METRICS = [...durations('runtime.node.gc.pause'), ...durations('runtime.node.gc.pause.by.type')]
const THREAD_METRICS = [
  ...gauges('runtime.node.mem', 'heap_total', 'heap_used', 'external'),
  ...gauges('runtime.node.heap', 'total_heap_size', 'total_heap_size_executable', 'total_physical_size'),
  ...gauges('runtime.node.heap', 'total_available_size', 'heap_size_limit', 'malloced_memory'),
  ...gauges('runtime.node.heap', 'peak_malloced_memory', 'size.by.space', 'used_size.by.space'),
  ...gauges('runtime.node.heap', 'available_size.by.space', 'physical_size.by.space'),
  ...gauges('runtime.node', 'active_resources', 'worker_threads'),
]

let sink: Sink

beforeEach(async () => {
  sink = await udpSink()
})

afterEach(() => sink.close())

function environment(): Record<string, string> {
  return {
    DD_SERVICE: 'shop',
    DD_VERSION: '1',
    DD_DOGSTATSD_PORT: String(sink.port),
    DD_DOGSTATSD_HOST: '127.0.0.1',
    DD_TRACE_AGENT_URL: 'http://127.0.0.1:1',
    DD_ORIGIN_DETECTION_ENABLED: 'false',
  }
}

async function run(program: string, env: Record<string, string> = {}) {
  const done = await runNode(['-e', LOAD + program], {
    ...environment(),
    ...env,
  })
  assert.deepEqual({ code: done.code, signal: done.signal }, { code: 0, signal: null }, done.stderr)
  return done
}

async function arrived(isLast: (line: MetricLine) => boolean): Promise<MetricLine[]> {
  await sink.until(() => sink.metrics().some(isLast))
  return sink.metrics()
}

function typesIn(lines: readonly MetricLine[]): [string, string][] {
  return [...new Map(lines.map(({ name, type }) => [name, type]))].sort()
}

const isOf = (name: string) => (line: MetricLine) => line.name === name
const HAS_ALL = isOf('runtime.node.process.uptime')

test('every metric, its type, and tags of the process, without the prefix of the application', async () => {
  await run(
    `tracer.init({ runtimeMetrics: true, dogstatsd: { prefix: 'x.' } }); tracer.dogstatsd.increment('own');${LIVE}`,
  )
  const lines = await arrived(HAS_ALL)
  const own = lines.filter(({ name }) => name === 'x.own')
  const runtime = lines.filter(({ name }) => name !== 'x.own' && !name.startsWith('datadog.tracer.'))
  assert.deepEqual(
    typesIn(runtime),
    [...PROCESS_METRICS, ...EVENT_LOOP_METRICS, ...GC_METRICS, ...THREAD_METRICS].sort(),
  )
  assert.deepEqual(own[0].tags, ['service:shop', 'version:1'])
  for (const { tags } of runtime) {
    assert.deepEqual(tags.slice(0, 2), ['service:shop', 'version:1'])
    assert.ok(tags.some(tag => tag.startsWith('entrypoint.workdir:')) && tags.includes('svc.user:true'))
  }
  assert.ok(runtime.some(({ tags }) => tags.includes('heap_space:old_space')))
  assert.ok(runtime.some(({ tags }) => tags.includes('gc_type:mark_sweep_compact')))
})

test('runtime metrics are sent at the configured interval, as long as the program lives', async () => {
  // Gauges are summed up for longer than the interval here, hence the flushes.
  const app = await startApp(
    [
      '-e',
      `${LOAD}
       tracer.init(); setInterval(() => tracer.dogstatsd.flush(), 50)
       process.stdout.write('listening on 0')`,
    ],
    { ...environment(), DD_RUNTIME_METRICS_ENABLED: 'true', DD_RUNTIME_METRICS_FLUSH_INTERVAL: '100' },
  )
  await sink.until(() => sink.metrics().filter(HAS_ALL).length >= 3)
  await app.stop()
})

const SWITCHES: [what: string, options: string, env: Record<string, string>, gone: [string, string][]][] = [
  ['garbage collection', '{ runtimeMetrics: { enabled: true, gc: false } }', {}, GC_METRICS],
  ['the event loop', '{ runtimeMetrics: { enabled: true, eventLoop: false } }', {}, EVENT_LOOP_METRICS],
  [
    'both in the environment',
    '',
    {
      DD_RUNTIME_METRICS_ENABLED: '1',
      DD_RUNTIME_METRICS_GC_ENABLED: '0',
      DD_RUNTIME_METRICS_EVENT_LOOP_ENABLED: '0',
    },
    [...GC_METRICS, ...EVENT_LOOP_METRICS],
  ],
]

for (const [what, options, env, gone] of SWITCHES) {
  test(`${what} can be left out`, async () => {
    await run(`tracer.init(${options});${LIVE}`, env)
    const found = typesIn(await arrived(HAS_ALL)).filter(([name]) => name.startsWith('runtime.'))
    const wanted = [...PROCESS_METRICS, ...EVENT_LOOP_METRICS, ...GC_METRICS, ...THREAD_METRICS]
    const left = wanted.filter(([name]) => !gone.some(([other]) => other === name))
    assert.deepEqual(found, left.sort())
  })
}

const OFF: [how: string, options: string, env: Record<string, string>][] = [
  ['by default', '', {}],
  ['in code', '{ runtimeMetrics: false }', { DD_RUNTIME_METRICS_ENABLED: 'true' }],
  ['by an object in code', '{ runtimeMetrics: { enabled: false } }', { DD_RUNTIME_METRICS_ENABLED: 'true' }],
  ['by OpenTelemetry', '', { OTEL_METRICS_EXPORTER: 'none' }],
  ['with the tracer', '{ runtimeMetrics: true }', { DD_TRACE_ENABLED: 'false' }],
]

for (const [how, options, env] of OFF) {
  test(`nothing is collected if switched off ${how}`, async () => {
    const { stdout } = await run(
      `tracer.init(${options})
       process.stdout.write(String(process.listenerCount('worker')))
       tracer.shutdown()`,
      env,
    )
    assert.equal(stdout, '0')
    assert.deepEqual(sink.packets, [])
  })
}

test('shutdown() stops the collection', async () => {
  const { stdout } = await run(
    `tracer.init({ runtimeMetrics: true })
     const during = process.listenerCount('worker')
     tracer.shutdown().then(() => process.stdout.write(during + ' ' + process.listenerCount('worker')))`,
  )
  assert.equal(stdout, '1 0')
  assert.ok((await arrived(HAS_ALL)).length > 0)
})

test('a worker thread sends its own metrics, tagged with its id', async () => {
  await run(
    `const { Worker } = require('node:worker_threads')
     tracer.init({ runtimeMetrics: true })
     new Worker(${JSON.stringify(`${LOAD}tracer.init({ runtimeMetrics: true });${LIVE}`)}, { eval: true })
       .on('exit', () => tracer.shutdown())`,
  )
  const lines = await arrived(HAS_ALL)
  const ofWorker = lines.filter(({ tags }) => tags.includes('thread_id:1'))
  const found = typesIn(ofWorker).filter(([name]) => name.startsWith('runtime.'))
  assert.deepEqual(found, [...EVENT_LOOP_METRICS, ...GC_METRICS, ...THREAD_METRICS].sort())
  assert.ok(lines.some(({ name, tags }) => name.endsWith('heap_used') && !tags.includes('thread_id:1')))
})

test('all metrics carry the runtime id if configured', async () => {
  await run(`tracer.init({ runtimeMetrics: true }); tracer.dogstatsd.increment('own'); tracer.shutdown()`, {
    DD_RUNTIME_METRICS_RUNTIME_ID_ENABLED: 'true',
  })
  const lines = await arrived(HAS_ALL)
  const ids = lines.map(({ tags }) => tags.find(tag => /^runtime-id:[0-9a-f-]{36}$/.test(tag)))
  assert.equal(new Set(ids).size, 1)
  assert.notEqual(ids[0], undefined)
})

test('process tags are left out if switched off', async () => {
  await run(`tracer.init({ runtimeMetrics: true }); tracer.shutdown()`, {
    DD_EXPERIMENTAL_PROPAGATE_PROCESS_TAGS_ENABLED: 'false',
  })
  const uptimes = (await arrived(HAS_ALL)).filter(HAS_ALL)
  assert.deepEqual(uptimes[0].tags, ['service:shop', 'version:1'])
})
