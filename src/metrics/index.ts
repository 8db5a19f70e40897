/** `tracer.dogstatsd`: one for each process, opened when something is first to be sent. */

import { type Config, resolveConfig } from '../core/config/resolve'
import { readStableFiles } from '../core/config/stable-files'
import { log } from '../core/log'
import type { Signal } from '../core/signal'
import { type ClientCore, createClient, type RegistryHolder } from './client'
import { endpointsOf } from './endpoints'
import type { TraceIds } from './openmetrics/exemplar'
import { MetricsPipeline, type SeriesScope } from './pipeline'
import type { Collector } from './runtime/collector'
import { lineSettings } from './settings'
import { overrideTags } from './tags'
import type { DogStatsd, MetricsExposition } from './types'

/** The metrics of a process: its client, its exposition for scrapes, and the signal that is flushed. */
export interface Metrics extends Signal {
  client: DogStatsd
  /** Opens the exposition for scrapes, which shows what is counted from now on. */
  exposition(activeTrace: () => TraceIds | undefined): MetricsExposition
  /** Takes the configuration of `init()`; what was counted before is sent to its old address. */
  configure(config: Config): void
  flush(timeoutMs?: number): Promise<undefined>
  /** Sends what there is; later calls are ignored. */
  shutdown(timeoutMs?: number): Promise<undefined>
}

/** A flush waits no longer than this for a receiver over HTTP or a socket that does not take packets. */
const FLUSH_TIMEOUT_MS = 1000

/** Opens the metrics of the process. The environment is the configuration until `init()` gives one. */
export function openMetrics(config?: Config): Metrics {
  let settings = config
  /** Undefined until first used; null when metrics are off or shut down. */
  let pipeline: MetricsPipeline | null | undefined
  let scope: SeriesScope = { prefix: '', tags: [] }
  let runtime: Collector | undefined
  let exposition: MetricsExposition | undefined
  let watch = (): void => {}
  const scraped: RegistryHolder = {}

  const open = (): MetricsPipeline | undefined => {
    settings ??= resolveConfig({}, process.env, readStableFiles())
    if (!settings.enabled) {
      pipeline = null
      return undefined
    }
    const line = lineSettings(settings)
    const { endpoints, problem } = endpointsOf(settings)
    if (problem !== undefined) log.warn('dogstatsd url', problem)
    scope = { prefix: line.prefix, tags: line.tags }
    const { dogstatsdAggregation: aggregation, dogstatsdTelemetry: telemetry } = settings
    // An application that is scraped, and names no agent, may have none.
    const hasAgent = namesAgent(settings)
    const level = () => (scraped.registry === undefined || hasAgent ? 'warn' : 'info')
    pipeline = new MetricsPipeline({ line, aggregation, telemetry, endpoints, level })
    watch()
    return pipeline
  }
  const core: ClientCore = {
    pipeline: () => (pipeline === undefined ? open() : (pipeline ?? undefined)),
    scope: () => scope,
    scraped,
    flush: async () => pipeline?.flush(),
  }
  /** Returns a client without the application's prefix, for the tracer's own metric names. */
  const unprefixed = (tags: string[]): DogStatsd =>
    createClient({ ...core, scope: () => ({ prefix: '', tags: overrideTags(scope.tags, tags) }) })
  return {
    client: createClient(core),
    exposition(activeTrace) {
      if (exposition !== undefined) return exposition
      const { Registry, createExposition } = loadOpenMetrics()
      const registry = new Registry({ activeTrace })
      scraped.registry = registry
      exposition = createExposition(registry, () => {
        core.pipeline()
        return scope.tags
      })
      return exposition
    },
    configure(next) {
      settings = next
      void pipeline?.close()
      pipeline = undefined
      runtime?.stop()
      runtime =
        next.enabled && next.runtimeMetrics ? loadRuntime().startRuntimeMetrics(next, unprefixed) : undefined
    },
    watchWhenActive(start) {
      watch = start
    },
    lane: 'metrics',
    items: 'metrics',
    get isPending() {
      return pipeline?.isPending === true
    },
    async flush(timeoutMs = FLUSH_TIMEOUT_MS) {
      await pipeline?.flush(Math.min(timeoutMs, FLUSH_TIMEOUT_MS))
      return undefined
    },
    takeUnsent() {
      pipeline?.sendNow()
      return undefined
    },
    giveUp() {
      pipeline?.giveUp()
      return 0
    },
    async shutdown(timeoutMs) {
      // Runtime metrics since the last collection.
      runtime?.collect()
      runtime?.stop()
      runtime = undefined
      const last = pipeline
      pipeline = null
      await last?.close(timeoutMs)
      return undefined
    },
  }
}

function namesAgent({ origins }: Config): boolean {
  const names = ['dogstatsdUrl', 'dogstatsdHost', 'dogstatsdPort', 'url', 'hostname'] as const
  return names.some(name => origins[name] !== 'default')
}

/** Loads the exposition on demand: most programs are not scraped. */
function loadOpenMetrics(): typeof import('./openmetrics/index') {
  return require('./openmetrics/index') as typeof import('./openmetrics/index')
}

/** Loads runtime metrics on demand: most programs do not use that feature. */
function loadRuntime(): typeof import('./runtime/index') {
  return require('./runtime/index') as typeof import('./runtime/index')
}
