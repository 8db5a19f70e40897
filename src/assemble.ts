/** Makes the tracer's parts from the configuration, and opens its signals. */

import { isMainThread } from 'node:worker_threads'
import type { Config } from './core/config/resolve'
import { runDetached } from './core/detached-context'
import { log } from './core/log'
import { openTransport } from './core/open-transport'
import type { Signals } from './core/signals'
import { startupLine } from './core/startup-line'
import type { Exporter } from './export/send/exporter'
import { AgentWriter } from './export/send/writer'
import { loadOtlp } from './lazy'
import { manifest } from './manifest'
import { Registry } from './patch/registry'
import { DATA_STREAMS, exportsOtlp, type SignalParts, STATS, TRACES } from './signals'
import { packageVersion } from './std/version'
import type { TraceRuntime, TraceSink } from './trace/local-trace'
import { NOWHERE } from './trace/nowhere'
import { openOrgGuard, openPropagator } from './trace/propagation/open'
import type { Propagator } from './trace/propagation/propagator'
import { keepSpans, openSampler, openSpanSampler } from './trace/sampling/open'
import { startSweep } from './trace/sweep'

/** The parts of a tracer that `init()` has started. */
export interface Assembly {
  readonly config: Config
  readonly runtime: TraceRuntime
  readonly propagator: Propagator
  readonly registry: Registry
  /** Sends what has finished. */
  flush(): Promise<unknown>
  /** Makes no spans any more, and puts the originals of all that is patched back. */
  stop(): void
  /** Ends the connection to the agent or collector; after the signals have shut down. */
  close(): void
}

/** Starts all that a configuration with `enabled` asks for, apart from patching: `registry.install()` begins that. */
export function assemble(config: Config, signals: Signals<SignalParts>): Assembly {
  const version = packageVersion()
  const transport = exportsOtlp(config) ? loadOtlp().openCollector(config) : openTransport(config)
  const sampler = openSampler(config)
  const orgGuard = openOrgGuard(config)
  const propagator = openPropagator(config, orgGuard)
  const runtime: TraceRuntime = {
    enabled: true,
    service: config.service ?? 'node',
    traceId128: config.traceId128BitGenerationEnabled,
    partialFlushMinSpans: config.partialFlushEnabled ? config.flushMinSpans : Number.POSITIVE_INFINITY,
    sampler,
    sink: NOWHERE,
    onOpenSpansDetached: count =>
      log.warn('open spans', `a trace has too many open spans: ${count} are not held any more`),
  }
  const registry = new Registry(manifest, {
    runtime,
    config,
    propagator,
    // Opened below; asked for when a module is patched.
    get dataStreams() {
      return signals.get(DATA_STREAMS)
    },
  })
  const onInfo: SignalParts['onInfo'] = info => {
    signals.learn(info)
    orgGuard?.learn(info.fields)
  }
  signals.start(config, { version, transport, runtime, sampler, registry, onInfo, signals })
  const traces = signals.get(TRACES)
  // Why it could not be opened has been logged; `init()` leaves the application alone then.
  if (traces === undefined) throw new Error('traces cannot be sent: nothing is traced')
  runtime.sink = sinkOf(config, signals, traces)
  const stopSweep = startSweep(config.partialFlushEnabled)
  // Callers may come before the first trace leaves.
  if (orgGuard !== undefined && traces instanceof AgentWriter) {
    runDetached(() => setImmediate(() => traces.askInfo().catch(() => {})).unref())
  }
  // The client costs 15 to 30 ms to load: after the program's own start, and before its first trace is to be sent.
  setImmediate(() => transport.warm()).unref()
  if (config.startupLogs && isMainThread) console.warn(startupLine(config, traces.url, version))
  return {
    config,
    runtime,
    propagator,
    registry,
    flush: () => signals.flush(),
    stop() {
      registry.uninstall()
      stopSweep()
    },
    close: () => transport.close(),
  }
}

/** Returns what finished traces go through on their way to `traces`: statistics, and rules for single spans. */
function sinkOf(config: Config, signals: Signals<SignalParts>, traces: Exporter): TraceSink {
  const spanSampler = openSpanSampler(config)
  return signals.get(STATS)?.countBefore(traces, spanSampler) ?? keepSpans(spanSampler, traces)
}
