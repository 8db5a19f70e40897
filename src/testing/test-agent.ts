/** An agent in the test's own process, on a real port: traces that it receives can be awaited and asserted. */

import { AssertionError } from 'node:assert'
import type { SpanRecord } from '../agent/intake/span'
import type { CannedAnswer } from '../agent/options'
import type { RequestRecord } from '../agent/request-log'
import { type Agent, startAgent } from '../agent/server'
import { createBehaviour, type Which } from './behaviour'
import { type ExpectedSpan, faultsOf, pairOff } from './match'
import { childrenOf, describeTraces, type TestTrace, toTestTrace } from './test-trace'
import { createWaiters } from './waiters'

/** Options of `startTestAgent()`. */
export interface TestAgentOptions {
  /** Port of the intake; any free one by default. */
  port?: number
  /** Path of a unix socket to listen on as well. */
  socketPath?: string
  /** Serve the JSON API too, so that `tracer traces --url` can be used; false by default. */
  api?: boolean
  /** Sampling rates to hand out, keyed `service:NAME,env:ENV`; `{'service:,env:': 1}` by default. */
  rates?: Record<string, number>
  /** Largest accepted body in bytes, 25 MiB by default. */
  maxRequestBytes?: number
  /** Replace secrets as the real local agent does; false by default: a test wants to see what was sent. */
  redact?: boolean
}

/** Options of the functions that wait. */
export interface Waiting {
  /** Longest wait in ms, 5000 by default. */
  timeoutMs?: number
}

/** A running agent, and what has arrived at it. */
export interface TestAgent {
  /** URL of the intake, for `DD_TRACE_AGENT_URL`. */
  readonly url: string
  /** Port of the intake. */
  readonly port: number
  /** URL of the JSON API; undefined without the option `api`. */
  readonly apiUrl: string | undefined
  /** Environment for a child process: points its tracer here, and turns telemetry and remote configuration off. */
  readonly env: Record<string, string>
  /** Returns the traces that arrived, merged from all chunks, by start. */
  traces(): TestTrace[]
  /** Returns every span of every trace, by start within its trace. */
  spans(): SpanRecord[]
  /** Returns the last 10,000 requests to the intake, oldest first, with `chunks` as they were sent. */
  requests(): RequestRecord[]
  /** Forgets everything that arrived; orders such as `hang()` stay. */
  clear(): void
  /**
   * Resolves with all traces once their number is `wanted`, or once the function returns true. Rejects after
   * `timeoutMs`; the message lists what did arrive.
   */
  waitForTraces(wanted: number | ((traces: TestTrace[]) => boolean), waiting?: Waiting): Promise<TestTrace[]>
  /** Resolves with the first span that matches, whether it has arrived already or is yet to come. */
  waitForSpan(wanted: ExpectedSpan | ((span: SpanRecord) => boolean), waiting?: Waiting): Promise<SpanRecord>
  /** Resolves with all requests once their number is `wanted`, or once the function returns true. */
  waitForRequests(
    wanted: number | ((requests: RequestRecord[]) => boolean),
    waiting?: Waiting,
  ): Promise<RequestRecord[]>
  /**
   * Returns the trace that is as expected from its top span (or top spans, for an array) downwards. Throws an
   * `AssertionError` that lists what did arrive, and how the closest trace differs.
   *
   * @example
   * agent.assertTrace({ name: 'web.request', resource: 'GET /users', children: [{ name: 'pg.query', error: false }] })
   */
  assertTrace(expected: ExpectedSpan | ExpectedSpan[]): TestTrace
  /**
   * Gives the next requests this answer; with a status other than 2xx their payload is discarded. Replaces earlier
   * orders.
   */
  respondWith(answer: CannedAnswer & Which): void
  /** Gives the next requests no answer. Replaces earlier orders. */
  hang(which?: Which): void
  /** Resets the connections of the next requests. Replaces earlier orders. */
  resetConnections(which?: Which): void
  /** Ends the order of `respondWith`, `hang` or `resetConnections`. */
  behave(): void
  /** Closes the port and cuts all connections, as if the agent died. Traces that arrived stay. */
  stop(): Promise<void>
  /** Listens again on the same port, with the traces that arrived before. */
  start(): Promise<void>
  /** Stops for good; rejects every promise that still waits. */
  close(): Promise<void>
}

/**
 * Starts an agent for a test; resolves once it listens. Its server makes no spans in the process's own tracer.
 *
 * @example
 * const agent = await startTestAgent()
 * const child = spawn('node', ['app.js'], { env: { ...process.env, ...agent.env } })
 * const [trace] = await agent.waitForTraces(1)
 * assert.equal(trace.root.resource, 'GET /')
 * await agent.close()
 */
export async function startTestAgent(options: TestAgentOptions = {}): Promise<TestAgent> {
  const { api = false, redact = false, ...rest } = options
  const waiters = createWaiters()
  const behaviour = createBehaviour()
  const agent: Agent = await startAgent({
    ...rest,
    redact,
    apiPort: api ? 0 : null,
    requestLogLimit: 10_000,
    keepChunks: true,
    intercept: behaviour.next,
    onRequest: waiters.changed,
  })

  const traces = () => agent.store.all().map(toTestTrace).sort(byRootStart)
  const spans = () => traces().flatMap(trace => trace.spans)
  const whatArrived = () => `${describeTraces(traces())}\n${describeRequests(agent.requests())}`

  function assertTrace(expected: ExpectedSpan | ExpectedSpan[]): TestTrace {
    const roots = Array.isArray(expected) ? expected : [expected]
    let closest: string[] | undefined
    for (const trace of traces()) {
      const tops = childrenOf(trace, undefined)
      const faults = pairOff(trace, tops, roots, 'trace')
      if (tops.length !== roots.length)
        faults.push(`trace: expected ${roots.length} top spans, got ${tops.length}`)
      if (faults.length === 0) return trace
      if (closest === undefined || faults.length < closest.length) closest = faults
    }
    throw new AssertionError({
      message: `no trace is as expected\n${(closest ?? []).join('\n')}\n\nwhat arrived:\n${whatArrived()}`,
      stackStartFn: assertTrace,
    })
  }

  return {
    url: agent.url,
    port: agent.port,
    apiUrl: agent.apiUrl,
    env: {
      DD_TRACE_AGENT_URL: agent.url,
      DD_AGENT_HOST: '127.0.0.1',
      DD_TRACE_AGENT_PORT: String(agent.port),
      DD_INSTRUMENTATION_TELEMETRY_ENABLED: 'false',
      DD_REMOTE_CONFIGURATION_ENABLED: 'false',
    },
    traces,
    spans,
    requests: agent.requests,
    clear: agent.clear,
    waitForTraces(wanted, { timeoutMs = 5000 } = {}) {
      const isEnough = typeof wanted === 'number' ? (all: TestTrace[]) => all.length >= wanted : wanted
      const look = () => {
        const all = traces()
        return isEnough(all) ? all : undefined
      }
      const what = typeof wanted === 'number' ? `${wanted} traces` : 'the traces that were waited for'
      return waiters.wait(look, timeoutMs, () => `${what} did not arrive; ${whatArrived()}`)
    },
    waitForSpan(wanted, { timeoutMs = 5000 } = {}) {
      const isMatch =
        typeof wanted === 'function' ? wanted : (span: SpanRecord) => faultsOf(span, wanted).length === 0
      const look = () => spans().find(isMatch)
      return waiters.wait(
        look,
        timeoutMs,
        () => `no span matched ${describeWanted(wanted)}; ${whatArrived()}`,
      )
    },
    waitForRequests(wanted, { timeoutMs = 5000 } = {}) {
      const isEnough = typeof wanted === 'number' ? (all: RequestRecord[]) => all.length >= wanted : wanted
      const look = () => {
        const all = agent.requests()
        return isEnough(all) ? all : undefined
      }
      return waiters.wait(look, timeoutMs, () => `requests did not arrive as expected; ${whatArrived()}`)
    },
    assertTrace,
    respondWith: ({ times, path, ...answer }) => behaviour.set(answer, { times, path }),
    hang: which => behaviour.set('hang', which),
    resetConnections: which => behaviour.set('reset', which),
    behave: behaviour.reset,
    stop: agent.stop,
    start: agent.start,
    async close() {
      waiters.abandon('the test agent was closed')
      await agent.close()
    },
  }
}

function byRootStart(a: TestTrace, b: TestTrace): number {
  return a.spans[0].startNs < b.spans[0].startNs ? -1 : a.spans[0].startNs > b.spans[0].startNs ? 1 : 0
}

function describeWanted(wanted: ExpectedSpan | ((span: SpanRecord) => boolean)): string {
  if (typeof wanted === 'function') return wanted.name || 'the function'
  return JSON.stringify(wanted, (_, value) =>
    value instanceof RegExp || typeof value === 'function' ? String(value) : value,
  )
}

function describeRequests(requests: RequestRecord[]): string {
  const last = requests
    .slice(-5)
    .map(({ method, path, status, outcome }) => `  ${method} ${path} ${status} ${outcome}`)
  return [`${requests.length} requests${last.length > 0 ? ', the last ones:' : ''}`, ...last].join('\n')
}
