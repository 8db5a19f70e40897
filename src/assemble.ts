/** Configuration → parts → tracer: the only file that knows all parts. */

import { readFileSync } from 'node:fs'
import { isMainThread } from 'node:worker_threads'
import { parseAgentUrl, resolveAgentUrl } from './core/agent-url'
import type { Config } from './core/config/resolve'
import { sendNow } from './core/last-words'
import { watchProcess } from './core/lifecycle'
import { log } from './core/log'
import { startupLine } from './core/startup-line'
import { Transport } from './core/transport'
import { commonTags } from './export/common-tags'
import { identityHeaders } from './export/trace-headers'
import { V04Encoder } from './export/v04'
import { V05Encoder } from './export/v05'
import { AgentWriter, type FlushResult } from './export/writer'
import { manifest } from './manifest'
import { Registry } from './patch/registry'
import { every } from './std/timer'
import { packageVersion } from './std/version'
import { Propagator } from './trace/propagation/index'
import { parseStyles, type Style } from './trace/propagation/styles'
import type { TraceRuntime } from './trace/runtime'
import { parseRules, type SamplingRule } from './trace/sampling/rules'
import { Sampler } from './trace/sampling/sampler'
import { SpanSampler } from './trace/sampling/span-rules'
import type { TraceSink } from './trace/sink'
import { flushWaiting, MAX_WAIT_MS } from './trace/waiting'

/** A chunk may fill 10 MiB: well under the 25 MiB that an agent takes. */
const MAX_CHUNK_BYTES = 10 * 1024 * 1024
const SWEEP_MS = 10_000

export interface Assembly {
  readonly config: Config
  readonly runtime: TraceRuntime
  readonly propagator: Propagator
  readonly registry: Registry
  setUrl(url: string): void
  flush(): Promise<FlushResult>
  shutdown(timeoutMs?: number): Promise<FlushResult>
}

export function assemble(config: Config): Assembly {
  const version = packageVersion()
  const transport = openTransport(config)
  const sampler = makeSampler(config)
  const writer = makeWriter(config, version, transport, sampler)
  const runtime: TraceRuntime = {
    service: config.service ?? 'node',
    traceId128: config.traceId128,
    partialFlushMinSpans: config.partialFlushEnabled ? config.partialFlushMinSpans : Number.POSITIVE_INFINITY,
    sampler,
    sink: withSpanRules(config, writer),
    onOpenSpansDetached: count =>
      log.warn('open spans', `a trace has too many open spans: ${count} are not held any more`),
  }
  const propagator = makePropagator(config)
  const registry = new Registry(manifest, { runtime, config, propagator })
  const unwatch = watchProcess({
    isPending: () => writer.byteLength > 0,
    flush: () => writer.flush({ timeoutMs: 1000 }),
    flushNow: () => flushNow(writer, transport),
    giveUp: () => writer.takeUnsent().spanCount,
  })
  const sweep = config.partialFlushEnabled
    ? every(() => flushWaiting(performance.now() - MAX_WAIT_MS), SWEEP_MS)
    : undefined
  // The client costs 15 to 30 ms to load: after the program's own start, and before its first trace is to be sent.
  setImmediate(() => transport.warm()).unref()
  if (config.startupLogs && isMainThread) console.warn(startupLine(config, transport.url, version))
  return {
    config,
    runtime,
    propagator,
    registry,
    setUrl: url => writer.setUrl(url),
    flush: () => writer.flush(),
    async shutdown(timeoutMs) {
      registry.uninstall()
      const result = await writer.shutdown({ timeoutMs })
      clearInterval(sweep)
      unwatch()
      transport.close()
      return result
    },
  }
}

function openTransport({ url, hostname, port, origins }: Config): Transport {
  const isPortSet = origins.port !== 'default'
  const resolved = resolveAgentUrl({ url, hostname, port: isPortSet ? port : undefined })
  if (resolved.problem !== undefined) log.warn('agent url', resolved.problem)
  return new Transport(resolved.url)
}

function makeWriter(
  config: Config,
  tracerVersion: string,
  transport: Transport,
  sampler: Sampler,
): AgentWriter {
  const common = commonTags(config)
  const processTags = common.chunkMeta['_dd.tags.process']
  return new AgentWriter({
    transport,
    encoders: {
      v04: () => new V04Encoder(common, MAX_CHUNK_BYTES),
      v05: () => new V05Encoder(common, MAX_CHUNK_BYTES),
    },
    protocolVersion: config.protocolVersion,
    flushIntervalMs: config.flushInterval,
    headers: identityHeaders({ tracerVersion, externalEnv: config.externalEnv, processTags }),
    onRates: rates => sampler.agentRates.update(rates),
  })
}

function flushNow(writer: AgentWriter, transport: Transport): number {
  const { requests, spanCount } = writer.takeUnsent()
  const address = parseAgentUrl(transport.url)
  if (address === undefined) return spanCount
  const delivered = sendNow(address, requests)
  return delivered === requests.length ? 0 : spanCount
}

function makeSampler(config: Config): Sampler {
  return new Sampler({
    rules: rulesOf('DD_TRACE_SAMPLING_RULES', config.samplingRules),
    sampleRate: config.sampleRate,
    rateLimit: config.rateLimit,
    env: config.env,
    globalTags: config.tags,
  })
}

function rulesOf(name: string, rules: unknown, defaultRate?: number): SamplingRule[] {
  const parsed = parseRules(rules, defaultRate)
  for (const problem of parsed.problems) log.warn(`${name} ${problem}`, `${name}: ${problem}`)
  return parsed.rules
}

/** Keeps single spans of dropped traces, where there are rules for that. */
function withSpanRules(config: Config, writer: TraceSink): TraceSink {
  const { spanSamplingRules, spanSamplingRulesFile: file } = config
  const rules = spanSamplingRules.length === 0 && file !== undefined ? readRules(file) : spanSamplingRules
  const sampler = new SpanSampler({
    rules: rulesOf('DD_SPAN_SAMPLING_RULES', rules, 1),
    globalTags: config.tags,
  })
  if (!sampler.active) return writer
  return {
    add(trace, spans) {
      if (trace.priority <= 0) for (const span of spans) sampler.keep(span)
      writer.add(trace, spans)
    },
  }
}

function readRules(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch {
    log.warn('span rules file', `DD_SPAN_SAMPLING_RULES_FILE=${file} cannot be read as JSON; using none`)
    return []
  }
}

function makePropagator(config: Config): Propagator {
  const both = config.propagationStyleBoth
  const inCode = Array.isArray(both) || typeof both === 'string' ? both : undefined
  const common = stylesOf(inCode ?? config.propagationStyle)
  return new Propagator({
    inject: config.propagationStyleInject.length > 0 ? stylesOf(config.propagationStyleInject) : common,
    extract: config.propagationStyleExtract.length > 0 ? stylesOf(config.propagationStyleExtract) : common,
    extractFirst: config.propagationExtractFirst,
    behavior: config.propagationBehaviorExtract,
    maxTagsLength: config.tagsMaxLength,
    baggageMaxItems: config.baggageMaxItems,
    baggageMaxBytes: config.baggageMaxBytes,
    baggageTagKeys: config.baggageTagKeys,
    legacyBaggage: config.legacyBaggage,
  })
}

function stylesOf(list: unknown): Style[] {
  const { styles, unknown } = parseStyles(list)
  if (unknown.length === 0) return styles
  log.warn('propagation style', `propagation style ${unknown.join(', ')} is not known; using the default`)
  return ['datadog', 'tracecontext', 'baggage']
}
