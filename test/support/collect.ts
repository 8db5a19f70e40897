/** Runs integrations without the rest of the tracer: modules are patched, and spans are collected in a list. */

import assert from 'node:assert/strict'
import { type Config, resolveConfig } from '../../src/core/config/resolve'
import { type FlatSpan, flatten } from '../../src/export/encode/flatten'
import { Registry } from '../../src/patch/registry'
import type { Options } from '../../src/patch/state'
import type { Integration, ManifestEntry } from '../../src/patch/types'
import { toHex } from '../../src/std/u64'
import { runInSpan } from '../../src/trace/context'
import type { DataStreams } from '../../src/trace/data-streams'
import type { SpanRecord } from '../../src/trace/local-trace'
import { openPropagator } from '../../src/trace/propagation/open'
import { Site } from '../../src/trace/site'
import type { Span } from '../../src/trace/span'
import { startSpan } from '../../src/trace/start'
import { TEST_COMMON, type TestRuntime, testRuntime } from './runtime'

/** Longest wait for a span that must come: a machine under load may take long. */
const DEADLINE_MS = 30_000
const parentSite = new Site({ name: 'test.parent' })

/** `parentId` of a span that begins a trace. */
export const NO_PARENT = '0000000000000000'

/** A copy of a span, made when its trace was sent; ids in hex digits. */
export interface PlainSpan extends FlatSpan {
  traceId: string
  spanId: string
  parentId: string
  error: 0 | 1
  /** Time on the clock of `performance.now()`. */
  startMs: number
  durationMs: number
}

export interface CollectOptions {
  /** Options of `init()`. */
  config?: Record<string, unknown>
  /** Settings from the environment. */
  env?: Readonly<Record<string, string>>
  /** Options of `use()` by integration. */
  use?: Record<string, Options | boolean>
  dataStreams?: DataStreams
}

export interface Collector {
  readonly registry: Registry
  readonly runtime: TestRuntime
  readonly config: Config
  /** All collected spans, in the order in which they were sent. */
  spans(): PlainSpan[]
  /** The collected spans without those of `inParent`. */
  own(): PlainSpan[]
  /** Resolves with `own()` when there are `count`; rejects after the deadline. */
  waitFor(count: number): Promise<PlainSpan[]>
  /** Resolves with the first `count` collected spans and forgets these; rejects after the deadline. */
  take(count: number): Promise<PlainSpan[]>
  /** Fails when there are collected spans. */
  assertEmpty(): void
  /** Forgets the collected spans. */
  clear(): void
  /** Runs `fn` with a span `test.parent` active, and ends that when the promise of `fn` is settled. */
  inParent<T>(fn: (span: Span) => T | Promise<T>, resource?: string): Promise<T>
  /** Unpatches everything. */
  stop(): void
}

/** Returns the row that a generated manifest would have for `integration`. */
export function manifestEntry(integration: Integration): ManifestEntry {
  return {
    name: integration.name,
    modules: [...new Set(integration.targets.map(target => target.module))],
    channels: integration.channels && Object.keys(integration.channels),
    offByDefault: integration.offByDefault,
    load: () => integration,
  }
}

/** Returns the lower 64 bits of an id in decimal, as the headers `x-datadog-*` carry it. */
export function decimalId(hex: string): string {
  return BigInt(`0x${hex.slice(-16)}`).toString()
}

export function collect(integrations: readonly Integration[], options: CollectOptions = {}): Collector {
  const config = resolveConfig({ service: 'shop', ...options.config }, options.env ?? {})
  let spans: PlainSpan[] = []
  let waiting: (() => void)[] = []
  const runtime = testRuntime({
    sink: {
      add(_trace, chunk) {
        for (const [index, span] of chunk.entries()) spans.push(copy(span, index === 0))
        const woken = waiting
        waiting = []
        for (const wake of woken) wake()
      },
    },
  })
  const registry = new Registry(integrations.map(manifestEntry), {
    runtime,
    config,
    propagator: openPropagator(config),
    dataStreams: options.dataStreams,
  })
  for (const [name, each] of Object.entries(options.use ?? {})) registry.use(name, each)
  registry.install()
  const own = (): PlainSpan[] => spans.filter(span => span.name !== parentSite.name)
  const until = async (listed: () => PlainSpan[], count: number): Promise<void> => {
    const deadline = Date.now() + DEADLINE_MS
    while (listed().length < count) {
      const leftMs = deadline - Date.now()
      if (leftMs <= 0) throw new Error(`${listed().length} of ${count} spans came: ${describe(listed())}`)
      await new Promise<void>(resolve => {
        const timer = setTimeout(resolve, leftMs)
        waiting.push(() => {
          clearTimeout(timer)
          resolve()
        })
      })
    }
  }
  return {
    registry,
    runtime,
    config,
    spans: () => spans,
    own,
    async waitFor(count) {
      await until(own, count)
      return own()
    },
    async take(count) {
      await until(() => spans, count)
      return spans.splice(0, count)
    },
    assertEmpty() {
      assert.equal(spans.length, 0, `not expected: ${describe(spans)}`)
    },
    clear() {
      spans = []
    },
    async inParent(fn, resource = '') {
      const span = startSpan(runtime, parentSite, undefined, {})
      span.resource = resource
      try {
        return await runInSpan(span, fn, undefined, [span])
      } finally {
        span.finish()
      }
    },
    stop: () => registry.uninstall(),
  }
}

/** Runs `work` in a parent and returns the only span that it has made, which is a child of that. */
export async function onlyChild(collector: Collector, work: () => unknown): Promise<PlainSpan> {
  await collector.inParent(work)
  const [parent] = collector.spans().filter(span => span.name === parentSite.name)
  const [span, ...others] = collector.own()
  assert.deepEqual(others, [])
  assert.equal(span.parentId, parent.spanId)
  return span
}

function describe(spans: readonly PlainSpan[]): string {
  return (
    spans.map(span => `${span.name} ${span.resource} ${span.meta['http.url'] ?? ''}`).join(', ') || 'none'
  )
}

function copy(span: SpanRecord, first: boolean): PlainSpan {
  return {
    ...flatten(span, first, TEST_COMMON),
    traceId: span.trace.toTraceId(true),
    spanId: toHex(span.idHi, span.idLo),
    parentId: toHex(span.parentHi, span.parentLo),
    error: span.error,
    startMs: span.startTicks,
    durationMs: span.durationMs,
  }
}
