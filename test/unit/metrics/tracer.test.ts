/** `tracer.dogstatsd` in programs of their own: before and after `init()`, and however they end. */

import assert from 'node:assert/strict'
import { join } from 'node:path'
import { afterEach, beforeEach, test } from 'node:test'
import { type Sink, udpSink } from '../../support/dogstatsd'
import { ROOT, runNode } from '../../support/programs'

const LOAD = `const { tracer } = require(${JSON.stringify(join(ROOT, 'lib', 'index.js'))});`

let sink: Sink

beforeEach(async () => {
  sink = await udpSink()
})

afterEach(() => sink.close())

async function run(program: string, env: Record<string, string> = {}, port = sink.port) {
  return runNode(['-e', LOAD + program], {
    DD_SERVICE: 'shop',
    DD_VERSION: '1',
    DD_DOGSTATSD_PORT: String(port),
    DD_DOGSTATSD_HOST: '127.0.0.1',
    DD_TRACE_AGENT_URL: 'http://127.0.0.1:1',
    DD_ORIGIN_DETECTION_ENABLED: 'false',
    ...env,
  })
}

async function sent(count: number): Promise<string[]> {
  await sink.until(() => sink.lines().length >= count)
  return sink.metrics().map(({ name, values, tags }) => `${name}:${values} ${tags}`)
}

const ENDS: [how: string, end: string, status: number | null, signal: string | null][] = [
  ['that runs out of work', '', 0, null],
  ['that calls process.exit()', 'process.exit(3)', 3, null],
  ['that throws', 'throw new Error("no")', 1, null],
  [
    'that is ended by SIGTERM',
    'process.kill(process.pid, "SIGTERM"); setTimeout(() => {}, 10000)',
    null,
    'SIGTERM',
  ],
]

for (const [how, end, status, signal] of ENDS) {
  for (const start of ['', 'tracer.init();']) {
    test(`a program ${how} ${start === '' ? 'without init()' : 'after init()'} loses nothing`, async () => {
      const {
        code,
        signal: by,
        stderr,
      } = await run(`${start} tracer.dogstatsd.increment('x'); tracer.dogstatsd.distribution('y', 2);${end}`)
      assert.deepEqual({ code, by }, { code: status, by: signal }, stderr)
      assert.deepEqual((await sent(2)).sort(), ['x:1 service:shop,version:1', 'y:2 service:shop,version:1'])
    })
  }
}

test('init() changes where metrics go and what they carry, for the same client', async () => {
  const { code, stderr } = await run(`
    const { dogstatsd } = tracer
    const child = dogstatsd.childClient({ prefix: 'child.' })
    dogstatsd.increment('before'); child.increment('before')
    tracer.init({ env: 'prod', dogstatsd: { prefix: 'after.', tags: { zone: 'b' } } })
    if (tracer.dogstatsd !== dogstatsd) throw new Error('another client')
    dogstatsd.increment('x'); child.increment('x')
  `)
  assert.equal(code, 0, stderr)
  assert.deepEqual((await sent(4)).sort(), [
    'after.child.x:1 service:shop,env:prod,version:1,zone:b',
    'after.x:1 service:shop,env:prod,version:1,zone:b',
    'before:1 service:shop,version:1',
    'child.before:1 service:shop,version:1',
  ])
})

test('tracer.flush() and tracer.shutdown() send metrics', async () => {
  const { stdout, stderr } = await run(`
    tracer.dogstatsd.increment('x')
    tracer.flush().then(() => {
      tracer.dogstatsd.increment('y')
      return tracer.shutdown()
    }).then(() => process.removeAllListeners('exit') && process.stdout.write('done', () => process.reallyExit(0)))
  `)
  assert.equal(stdout, 'done', stderr)
  assert.deepEqual(await sent(2), ['x:1 service:shop,version:1', 'y:1 service:shop,version:1'])
})

test('a tracer that is switched off sends nothing, and has every method', async () => {
  const { code, stderr } = await run(
    `const d = tracer.init().dogstatsd; d.increment('x'); d.event('x'); d.childClient().set('x', 1)
     if (d.timer(() => 5, 'x')() !== 5) throw new Error('no')
     d.flush().then(() => {})`,
    { DD_TRACE_ENABLED: 'false' },
  )
  assert.deepEqual({ code, stderr }, { code: 0, stderr: '' })
  assert.equal(sink.packets.length, 0)
})

test('a missing agent is logged once, and delays nothing', async () => {
  const { port } = sink
  await sink.close()
  sink = await udpSink()
  const { code, stderr } = await run(
    `const d = tracer.dogstatsd
     const next = left => { d.increment('x'); if (left > 0) d.flush().then(() => setImmediate(next, left - 1)) }
     next(20)`,
    {},
    port,
  )
  assert.equal(code, 0)
  assert.equal(stderr.match(/metrics are lost/g)?.length, 1, stderr)
})

test('a program that sends no metrics loads none of the modules', async () => {
  const { stdout } = await run(
    `tracer.init(); setImmediate(() => {
      const before = process.moduleLoadList.includes('NativeModule dgram')
      tracer.dogstatsd.increment('x')
      process.stdout.write(before + ' ' + process.moduleLoadList.includes('NativeModule dgram'))
    })`,
  )
  assert.equal(stdout, 'false true')
})

test('requests of the client make no spans', async () => {
  const { stdout } = await run(
    `
    tracer.init()
    require('node:net'); const dns = require('node:dns')
    tracer.trace('request', span => {
      tracer.dogstatsd.increment('x')
      return tracer.dogstatsd.flush().then(() => {
        const ours = span.trace.spans.length
        return new Promise(resolve => dns.lookup('localhost', resolve))
          .then(() => process.stdout.write(ours + ' ' + span.trace.spans.length))
      })
    })
  `,
    { DD_DOGSTATSD_HOST: 'localhost' },
  )
  assert.equal((await sent(1)).length, 1)
  // The second lookup is the application's.
  assert.equal(stdout, '1 2')
})
