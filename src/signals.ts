/**
 * Every signal of the tracer, in the order in which they are flushed, sent at exit and shut down; they are opened from the
 * last to the first, so that one may use those behind it. A new signal is its folder and a row here.
 */

import { openBackground, wantsBackground } from './background'
import type { Config } from './core/config/resolve'
import type { AgentInfo, ProductRow, Signal, SignalRow } from './core/signal'
import type { Signals } from './core/signals'
import type { Transport } from './core/transport'
import type { DataStreamsMonitor } from './export/data-streams/monitor'
import type { Logs } from './export/otlp/logs/index'
import type { Exporter } from './export/send/exporter'
import { openWriter } from './export/send/open-writer'
import type { AgentWriter } from './export/send/writer'
import type { TraceStats } from './export/stats/trace-stats'
import {
  loadDataStreams,
  loadMetrics,
  loadOtelLogs,
  loadOtlp,
  loadOtlpLogs,
  loadProfiling,
  loadStats,
} from './lazy'
import type { Metrics } from './metrics/index'
import type { Registry } from './patch/registry'
import type { ProfilingProduct } from './profiling/index'
import type { TraceRuntime } from './trace/local-trace'
import type { Sampler } from './trace/sampling/sampler'

/** What the tracer hands to the signals that it opens. */
export interface SignalParts {
  readonly version: string
  /** Leads to the agent; not used where traces go to a collector. */
  readonly transport: Transport
  readonly runtime: TraceRuntime
  readonly sampler: Sampler
  readonly registry: Registry
  /** Takes each new answer of the agent's `/info`. */
  readonly onInfo: (info: AgentInfo) => void
  /** The signals that are open; a row may ask for those behind it. */
  readonly signals: Signals<SignalParts>
}

type Row<S extends Signal> = SignalRow<SignalParts, S>

export const TRACES: Row<Exporter> = {
  name: 'traces',
  isWanted: ({ enabled }) => enabled,
  open(config, { version, transport, sampler, onInfo, signals }) {
    if (exportsOtlp(config)) return loadOtlp().openOtlp(config, version, transport)
    return openWriter(config, {
      transport,
      tracerVersion: version,
      stats: signals.get(STATS),
      onRates: rates => sampler.agentRates.update(rates),
      onInfo,
    })
  },
}

/** Trace statistics; collectors take none. */
export const STATS: Row<TraceStats> = {
  name: 'trace statistics',
  isWanted: config => config.enabled && config.stats && !exportsOtlp(config),
  open: (config, { version, transport }) => loadStats().openStats(config, version, transport),
}

export const DATA_STREAMS: Row<DataStreamsMonitor> = {
  name: 'data streams',
  isWanted: config => config.enabled && config.dsmEnabled && !exportsOtlp(config),
  open: (config, { version, transport }) => loadDataStreams().openDataStreams(config, version, transport),
}

export const BACKGROUND: Row<Signal> = {
  name: 'remote configuration and telemetry',
  isWanted: config => config.enabled && wantsBackground(config) && !exportsOtlp(config),
  open: (config, parts) =>
    openBackground({ ...parts, config, writer: () => parts.signals.get(TRACES) as AgentWriter }),
}

export const METRICS: ProductRow<Metrics> = {
  name: 'metrics',
  isWanted: config => config.enabled && config.runtimeMetrics,
  open: config => loadMetrics().openMetrics(config),
}

export const LOGS: Row<Logs> = {
  name: 'logs',
  isWanted: config => config.enabled && config.otelLogsEnabled,
  open: (config, { version }) => loadOtlpLogs().openLogs(config, version, loadOtelLogs().registerLogs),
}

/** Profiles do not need tracing. */
export const PROFILES: ProductRow<ProfilingProduct> = {
  name: 'profiles',
  isWanted: config => config.profiling !== 'false',
  open: config => loadProfiling().openProfiling(config),
}

export const SIGNALS: readonly SignalRow<SignalParts>[] = [
  // Traces before their statistics: for them the agent is asked what it takes.
  TRACES,
  STATS,
  DATA_STREAMS,
  BACKGROUND,
  METRICS,
  LOGS,
  PROFILES,
]

export function exportsOtlp({ tracesExporter }: Config): boolean {
  return tracesExporter.some(each => each.toLowerCase() === 'otlp')
}
