/** Integrations at work in this process: modules are patched, and spans end up in a list. */

import assert from 'node:assert/strict'
import { resolveConfig } from '../../src/core/config/resolve'
import { Registry } from '../../src/patch/registry'
import type { Integration, ManifestEntry } from '../../src/patch/types'
import { Propagator } from '../../src/trace/propagation/index'
import type { TraceRuntime } from '../../src/trace/runtime'
import { type SeenSpan, testRuntime } from './runtime'

/** How long a test waits for a span. */
const DEADLINE_MS = 5_000

export interface WebCollector {
  registry: Registry
  runtime: TraceRuntime
  /** The next `count` spans, in the order in which their traces ended. */
  take(count: number): Promise<SeenSpan[]>
  /** Fails when there are spans that nobody took. */
  assertEmpty(): void
  /** Puts everything back. */
  stop(): void
}

export function entryOf(integration: Integration): ManifestEntry {
  const modules = [...new Set(integration.targets.map(target => target.module))]
  return { name: integration.name, modules, load: () => integration }
}

/** `env`: settings of the tracer. */
export function collectWeb(
  integrations: readonly Integration[],
  env: Readonly<Record<string, string>> = {},
): WebCollector {
  const seen: SeenSpan[] = []
  let wake = (): void => {}
  const runtime = testRuntime()
  const { sink } = runtime
  const collecting = testRuntime({
    sink: {
      add(trace, spans) {
        sink.add(trace, spans)
        seen.push(...runtime.chunks.splice(0).flat())
        wake()
      },
    },
  })
  const config = resolveConfig({ service: 'shop' }, env)
  const propagator = new Propagator({
    inject: ['datadog', 'tracecontext', 'baggage'],
    extract: ['datadog', 'tracecontext', 'baggage'],
    extractFirst: false,
    behavior: config.propagationBehaviorExtract,
    baggageMaxItems: 64,
    baggageMaxBytes: 8192,
    baggageTagKeys: [],
    legacyBaggage: true,
  })
  const registry = new Registry(integrations.map(entryOf), { runtime: collecting, config, propagator })
  registry.install()
  return {
    registry,
    runtime: collecting,
    async take(count) {
      const deadline = Date.now() + DEADLINE_MS
      while (seen.length < count) {
        const left = deadline - Date.now()
        if (left <= 0) throw new Error(`${seen.length} of ${count} spans came: ${describe(seen)}`)
        await new Promise<void>(resolve => {
          const timer = setTimeout(resolve, left)
          wake = () => {
            clearTimeout(timer)
            resolve()
          }
        })
      }
      return seen.splice(0, count)
    },
    assertEmpty() {
      assert.equal(seen.length, 0, `nobody expected ${describe(seen)}`)
    },
    stop() {
      registry.uninstall()
    },
  }
}

function describe(spans: readonly SeenSpan[]): string {
  return (
    spans.map(span => `${span.name} ${span.resource} ${span.meta['http.url'] ?? ''}`).join(', ') || 'none'
  )
}
