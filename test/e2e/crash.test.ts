/**
 * A server that dies in a request dies as without the tracer, with the same status and output, and the reason arrives.
 */

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { after, before, describe, test } from 'node:test'
import type { SpanRecord } from '../../src/agent/intake/span'
import { startTestAgent, type TestAgent } from '../../src/testing/index'
import { fixture, INIT, startApp } from '../support/programs'

type Kind = 'http' | 'express'

interface Way {
  way: string
  /** Exit code, or signal. */
  ends: number | string
  /** Error of the request's span; null if the span cannot arrive. */
  error: { type: string; message: string } | null
  flags?: string[]
  only?: Kind
}

const refused = { type: 'PaymentError', message: 'card refused' }
const exited = (how: string) => ({ type: 'ProcessExit', message: `the process ${how}` })

const WAYS: Way[] = [
  // Express answers what a handler throws.
  { way: 'throw', ends: 1, error: refused, only: 'http' },
  { way: 'throwInTimer', ends: 1, error: refused },
  { way: 'throwInTick', ends: 1, error: refused },
  { way: 'throwText', ends: 1, error: { type: 'string', message: 'just text' } },
  // Express 5 answers what a handler rejects with.
  { way: 'reject', ends: 1, error: refused, only: 'http' },
  { way: 'rejectLater', ends: 1, error: refused },
  { way: 'rejectLater', ends: 1, error: refused, flags: ['--unhandled-rejections=strict'] },
  { way: 'caused', ends: 1, error: refused },
  { way: 'handledThenExit', ends: 9, error: refused },
  { way: 'capturedThenExit', ends: 10, error: refused },
  { way: 'inDomain', ends: 11, error: refused },
  { way: 'inDomainWithoutListener', ends: 1, error: refused },
  { way: 'rejectionHandled', ends: 12, error: exited('exited with code 12') },
  { way: 'monitored', ends: 1, error: refused },
  { way: 'worker', ends: 1, error: { type: 'TypeError', message: 'in the worker' } },
  { way: 'inWorker', ends: 6, error: exited('exited with code 6') },
  ...['warn', 'none', 'warn-with-error-code'].map(mode => ({
    way: 'rejectThenExit',
    ends: 5,
    error: exited('exited with code 5'),
    flags: [`--unhandled-rejections=${mode}`],
  })),
  { way: 'exit', ends: 3, error: exited('exited with code 3') },
  { way: 'exitFine', ends: 0, error: exited('exited with code 0') },
  { way: 'exitLater', ends: 4, error: exited('exited with code 4') },
  { way: 'sigterm', ends: 'SIGTERM', error: exited('was ended by SIGTERM') },
  { way: 'sigint', ends: 'SIGINT', error: exited('was ended by SIGINT') },
  { way: 'sighup', ends: 'SIGHUP', error: exited('was ended by SIGHUP') },
  // No code of the tracer can run any more, not even when the application's handler fails.
  { way: 'handledThenThrown', ends: 7, error: null },
  { way: 'abort', ends: 'SIGABRT', error: null },
  { way: 'sigabrt', ends: 'SIGABRT', error: null },
  { way: 'sigkill', ends: 'SIGKILL', error: null },
]

/** Long stacks, so that frames of the tracer push no frame of the application out. */
const FLAGS = ['--stack-trace-limit=100']

let agent: TestAgent
before(async () => {
  agent = await startTestAgent()
})
after(() => agent.close())

interface Death {
  ends: number | string | null
  stderr: string
}

async function die(kind: Kind, { way, flags = [] }: Way, preloads: string[], others: number): Promise<Death> {
  const app = await startApp([...preloads, ...FLAGS, ...flags, fixture('crash.cjs')], {
    ...agent.env,
    SERVER: kind,
    OTHERS: String(others),
  })
  const ended = once(app.child, 'close') as Promise<[number | null, NodeJS.Signals | null]>
  const waiting = Array.from({ length: others }, () => fetch(`${app.url}/pay/wait`).catch(() => {}))
  await fetch(`${app.url}/pay/${way}?card=1`).catch(() => {})
  await Promise.all(waiting)
  const [code, signal] = await ended
  return { ends: code ?? signal, stderr: app.stderr() }
}

/** Removes the tracer's frames, which lie between those of the application and Node's. */
function withoutOurs(stderr: string): string {
  return stderr
    .split('\n')
    .filter(
      line => !/^ +at .*(\/lib\/(index|part-[\w-]+)\.js|async_local_storage|async_context_frame)/.test(line),
    )
    .filter(line => !/^ +at (Reflect\.apply|AsyncLocalStorage\.run|Object\.apply)/.test(line))
    .join('\n')
    .replace(/^\(node:\d+\)/gm, '(node)')
}

const requestOf = (spans: SpanRecord[], path: string) =>
  spans.filter(span => span.meta['span.kind'] === 'server' && span.meta['http.url'].includes(path))

for (const kind of ['http', 'express'] as const) {
  describe(`a server of ${kind}`, () => {
    for (const each of WAYS) {
      const { way, ends, error, flags = [], only = kind } = each
      if (only !== kind) continue
      test(`dies by ${[way, ...flags].join(' ')} as without the tracer, and its span arrives`, async () => {
        const plain = await die(kind, each, [], 0)
        agent.clear()
        const traced = await die(kind, each, ['--require', INIT], 0)
        assert.equal(plain.ends, ends, plain.stderr)
        assert.equal(traced.ends, ends, traced.stderr)
        if (error !== null) assert.equal(withoutOurs(traced.stderr), withoutOurs(plain.stderr))
        const requests = requestOf(agent.spans(), way)
        if (error === null) {
          assert.equal(requests.length, 0)
          return
        }
        assert.equal(requests.length, 1)
        const [{ error: mark, meta, resource }] = requests
        assert.deepEqual([mark, meta['error.type'], meta['error.message']], [1, error.type, error.message])
        if (error === refused)
          assert.match(meta['error.stack'], /^PaymentError: card refused\n +at .*crash\.cjs/)
        if (way === 'caused') assert.match(meta['error.stack'], /\nCaused by: RangeError: no money\n/)
        assert.equal(resource, kind === 'express' ? 'GET /pay/:way' : 'GET')
        assert.equal(meta['http.status_code'], undefined, 'nothing was answered')
        const jobs = agent.spans().filter(span => span.name === 'job')
        assert.deepEqual(
          jobs.map(job => [job.error, job.meta['error.type'], job.meta['error.message']]),
          way === 'inWorker' ? [[1, 'TypeError', 'in the worker']] : [],
        )
      })
    }

    test('other requests arrive as failed by the death of the process', async () => {
      agent.clear()
      await die(kind, { way: 'throwAmongOthers', ends: 1, error: refused }, ['--require', INIT], 3)
      const others = requestOf(agent.spans(), 'wait')
      for (const { meta, error } of others) {
        assert.deepEqual(
          [error, meta['error.type'], meta['error.message']],
          [1, 'ProcessExit', 'the process ended by an uncaught exception'],
        )
        assert.match(meta['error.stack'], /\nCaused by: PaymentError: card refused\n/)
      }
      assert.equal(others.length, 3)
    })
  })
}
