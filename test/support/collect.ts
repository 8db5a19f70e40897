/** Integrations without the rest of a tracer: modules are patched, and their spans end up in a list. */

import { EventEmitter, once } from 'node:events'
import { type Config, resolveConfig } from '../../src/core/config/resolve'
import { type FlatSpan, flatten } from '../../src/export/flatten'
import { Registry } from '../../src/patch/registry'
import type { Options } from '../../src/patch/state'
import type { Integration } from '../../src/patch/types'
import { toHex } from '../../src/std/u64'
import { run } from '../../src/trace/context'
import type { DataStreams } from '../../src/trace/data-streams'
import { Propagator } from '../../src/trace/propagation/index'
import { Site } from '../../src/trace/site'
import type { Span } from '../../src/trace/span'
import { startSpan } from '../../src/trace/start'
import { TEST_COMMON, type TestRuntime, testRuntime } from './runtime'

/** Longest wait for a span that must come. */
const DEADLINE_MS = 10_000
const parentSite = new Site({ name: 'test.parent' })

/** A copy of a span, made when its trace was sent; ids in hex, `parentId` of a root is `0000000000000000`. */
export interface PlainSpan extends FlatSpan {
  traceId: string
  spanId: string
  parentId: string
  error: 0 | 1
  durationMs: number
}

export interface CollectOptions {
  /** Options of `init()`. */
  config?: Record<string, unknown>
  /** Options of `use()` by integration. */
  use?: Record<string, Options | boolean>
  dataStreams?: DataStreams
}

export interface Collector {
  readonly registry: Registry
  readonly runtime: TestRuntime
  readonly config: Config
  /** All spans so far, in the order in which they were sent. */
  spans(): PlainSpan[]
  /** Those that are not of `inParent`. */
  own(): PlainSpan[]
  /** Resolves with `own()` when there are `count`; rejects after ten seconds. */
  waitFor(count: number): Promise<PlainSpan[]>
  /** Forgets what has been collected. */
  clear(): void
  /** Runs `fn` with a span `test.parent` active, and ends that when the promise of `fn` is settled. */
  inParent<T>(fn: (span: Span) => T | Promise<T>, resource?: string): Promise<T>
  /** Unpatches everything. */
  stop(): void
}

export function collect(integrations: readonly Integration[], options: CollectOptions = {}): Collector {
  const { config: settings = {}, use = {} } = options
  const config = resolveConfig({ service: 'shop', ...settings }, {})
  const events = new EventEmitter()
  let spans: PlainSpan[] = []
  const runtime = testRuntime({
    sink: {
      add(_trace, chunk) {
        for (const [index, span] of chunk.entries()) spans.push(copy(span, index === 0))
        events.emit('spans')
      },
    },
  })
  const registry = new Registry(
    integrations.map(integration => ({
      name: integration.name,
      modules: [...new Set(integration.targets.map(target => target.module))],
      channels: integration.channels && Object.keys(integration.channels),
      offByDefault: integration.offByDefault,
      load: () => integration,
    })),
    { runtime, config, propagator: makePropagator(), dataStreams: options.dataStreams },
  )
  for (const [name, each] of Object.entries(use)) registry.use(name, each)
  registry.install()
  const own = (): PlainSpan[] => spans.filter(span => span.name !== parentSite.name)
  return {
    registry,
    runtime,
    config,
    spans: () => spans,
    own,
    async waitFor(count) {
      const signal = AbortSignal.timeout(DEADLINE_MS)
      while (own().length < count) {
        await once(events, 'spans', { signal }).catch(() => {
          throw new Error(`${own().length} of ${count} spans came: ${own().map(span => span.name)}`)
        })
      }
      return own()
    },
    clear() {
      spans = []
    },
    async inParent(fn, resource = '') {
      const span = startSpan(runtime, parentSite, undefined, {})
      span.resource = resource
      try {
        return await run(span, fn, undefined, [span])
      } finally {
        span.finish()
      }
    },
    stop: () => registry.uninstall(),
  }
}

function makePropagator(): Propagator {
  return new Propagator({
    inject: ['datadog', 'tracecontext', 'baggage'],
    extract: ['datadog', 'tracecontext', 'baggage'],
    extractFirst: false,
    behavior: 'continue',
    maxTagsLength: 512,
    baggageMaxItems: 64,
    baggageMaxBytes: 8192,
    baggageTagKeys: [],
    legacyBaggage: true,
  })
}

function copy(span: Span, first: boolean): PlainSpan {
  return {
    ...flatten(span, first, TEST_COMMON),
    traceId: span.toTraceId(true),
    spanId: span.toSpanId(true),
    parentId: toHex(span.parentHi, span.parentLo),
    error: span.error,
    durationMs: span.durationMs,
  }
}
