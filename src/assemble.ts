/** Configuration → parts → tracer: the only file that knows all parts. */

import { isMainThread } from 'node:worker_threads'
import type { Background } from './background'
import { parseAgentUrl } from './core/agent-url'
import type { Config } from './core/config/resolve'
import { runDetached } from './core/detached-context'
import { fence } from './core/fence'
import { watchProcess } from './core/lifecycle'
import { log } from './core/log'
import { openTransport } from './core/open-transport'
import { sendAtExit } from './core/send-at-exit'
import { startupLine } from './core/startup-line'
import type { Transport } from './core/transport'
import type { DataStreamsMonitor } from './export/data-streams/monitor'
import type { Logs } from './export/otlp/logs/index'
import type { Exporter, FlushResult } from './export/send/exporter'
import { openWriter } from './export/send/open-writer'
import { AgentWriter } from './export/send/writer'
import type { TraceStats } from './export/stats/trace-stats'
import { manifest } from './manifest'
import { Registry } from './patch/registry'
import { every, later } from './std/timer'
import { packageVersion } from './std/version'
import type { TraceRuntime } from './trace/local-trace'
import { MAX_OPEN_MS, removeOldTraces } from './trace/open-traces'
import { finishOpenSpans, recordUncaught } from './trace/process-end'
import { openOrgGuard, openPropagator } from './trace/propagation/open'
import type { Propagator } from './trace/propagation/propagator'
import { keepSpans, openSampler, openSpanSampler, samplingRules } from './trace/sampling/open'
import { flushWaiting, MAX_WAIT_MS } from './trace/waiting'

const SWEEP_MS = 10_000
const SHUTDOWN_TIMEOUT_MS = 1000
/** Most of what a short program does is over by then, and its first traces have left. */
const BACKGROUND_AFTER_MS = 3000
const GOODBYE_MS = 500

export interface Assembly {
  readonly config: Config
  readonly runtime: TraceRuntime
  readonly propagator: Propagator
  readonly registry: Registry
  readonly dataStreams: DataStreamsMonitor | undefined
  readonly logs: Logs | undefined
  setUrl(url: string): void
  flush(): Promise<FlushResult>
  shutdown(timeoutMs?: number): Promise<FlushResult>
}

export function assemble(config: Config): Assembly {
  const version = packageVersion()
  const otlp = exportsOtlp(config) ? loadOtlp().openOtlp(config, version) : undefined
  const transport = otlp?.transport ?? openTransport(config)
  const sampler = openSampler(config)
  // Collectors take none.
  const stats =
    config.stats && otlp === undefined ? loadStats().openStats(config, version, transport) : undefined
  const dataStreams =
    config.dsmEnabled && otlp === undefined
      ? loadDataStreams().openDataStreams(config, version, transport)
      : undefined
  let background: Background | undefined
  const orgGuard = openOrgGuard(config)
  const spanSampler = openSpanSampler(config)
  const writer: Exporter =
    otlp?.exporter ??
    openWriter(config, {
      tracerVersion: version,
      transport,
      stats,
      onRates: rates => sampler.agentRates.update(rates),
      onInfo(info) {
        background?.agentIs(info)
        orgGuard?.learn(info.fields)
      },
    })
  const runtime: TraceRuntime = {
    enabled: true,
    service: config.service ?? 'node',
    traceId128: config.traceId128BitGenerationEnabled,
    partialFlushMinSpans: config.partialFlushEnabled ? config.flushMinSpans : Number.POSITIVE_INFINITY,
    sampler,
    sink: stats?.countBefore(writer, spanSampler) ?? keepSpans(spanSampler, writer),
    onOpenSpansDetached: count =>
      log.warn('open spans', `a trace has too many open spans: ${count} are not held any more`),
  }
  const propagator = openPropagator(config, orgGuard)
  const registry = new Registry(manifest, { runtime, config, propagator, dataStreams })
  const unwatch = watchProcess({
    isPending: () => writer.byteLength > 0 || stats?.isPending === true || dataStreams?.isPending === true,
    // The traces first: for them the agent is asked what it takes.
    flush: () =>
      writer
        .flush({ timeoutMs: 1000 })
        .then(() => stats?.flush(1000))
        .then(() => dataStreams?.flush(1000)),
    flushNow: () => flushNow(writer, transport, [stats, dataStreams]),
    giveUp() {
      stats?.giveUp()
      dataStreams?.giveUp()
      return writer.takeUnsent().spanCount
    },
    uncaught: recordUncaught,
    cutOff: finishOpenSpans,
    goodbye: async () => background?.closing()(GOODBYE_MS),
  })
  const starting = runDetached(
    later,
    () => {
      if (!(writer instanceof AgentWriter)) return
      const parts = { config, version, transport, writer, runtime, sampler, registry }
      background = fence('background', () => {
        return new (loadBackground().Background)({ ...parts, rules: () => samplingRules(config) })
      })
    },
    BACKGROUND_AFTER_MS,
  )
  const sweep = every(() => {
    removeOldTraces(performance.now() - MAX_OPEN_MS)
    if (config.partialFlushEnabled) flushWaiting(performance.now() - MAX_WAIT_MS)
  }, SWEEP_MS)
  // Callers may come before the first trace leaves.
  if (orgGuard !== undefined && writer instanceof AgentWriter) {
    runDetached(() => setImmediate(() => writer.askInfo().catch(() => {})).unref())
  }
  // The client costs 15 to 30 ms to load: after the program's own start, and before its first trace is to be sent.
  setImmediate(() => transport.warm()).unref()
  if (config.startupLogs && isMainThread) console.warn(startupLine(config, transport.url, version))
  return {
    config,
    runtime,
    propagator,
    registry,
    dataStreams,
    logs: config.otelLogsEnabled ? loadLogs().openLogs(config, version) : undefined,
    setUrl(url) {
      const before = transport.url
      writer.setUrl(url)
      if (transport.url !== before) background?.reset()
    },
    flush: () => writer.flush(),
    async shutdown(timeoutMs = SHUTDOWN_TIMEOUT_MS) {
      const endsAt = performance.now() + timeoutMs
      clearTimeout(starting)
      const goodbye = background?.closing()
      background?.stop()
      registry.uninstall()
      const result = await writer.shutdown({ timeoutMs })
      await stats?.shutdown(endsAt - performance.now())
      await dataStreams?.shutdown(endsAt - performance.now())
      await goodbye?.(Math.min(endsAt - performance.now(), GOODBYE_MS))
      clearInterval(sweep)
      unwatch()
      transport.close()
      return result
    },
  }
}

function exportsOtlp({ tracesExporter }: Config): boolean {
  return tracesExporter.some(each => each.toLowerCase() === 'otlp')
}

/** Most programs send to the agent. */
function loadOtlp(): typeof import('./export/otlp/index') {
  return require('./export/otlp/index') as typeof import('./export/otlp/index')
}

function flushNow(
  writer: Exporter,
  transport: Transport,
  others: readonly (TraceStats | DataStreamsMonitor | undefined)[],
): number {
  const { requests, spanCount } = writer.takeUnsent()
  const address = parseAgentUrl(transport.url)
  if (address === undefined) return spanCount
  const delivered = sendAtExit(address, [...requests, ...others.flatMap(each => each?.takeUnsent() ?? [])])
  return delivered >= requests.length ? 0 : spanCount
}

/** Most programs write theirs to a file. */
function loadLogs(): typeof import('./export/otlp/logs/index') {
  return require('./export/otlp/logs/index') as typeof import('./export/otlp/logs/index')
}

/** Most programs leave statistics to the agent. */
function loadStats(): typeof import('./export/stats/index') {
  return require('./export/stats/index') as typeof import('./export/stats/index')
}

/** Most programs have no queues, or do not ask for it. */
function loadDataStreams(): typeof import('./export/data-streams/index') {
  return require('./export/data-streams/index') as typeof import('./export/data-streams/index')
}

/** Asked for only after the start. */
function loadBackground(): typeof import('./background') {
  return require('./background') as typeof import('./background')
}
