/** Opens the samplers of traces and of single spans by the configuration. */

import { readFileSync } from 'node:fs'
import type { Config } from '../../core/config/resolve'
import { log } from '../../core/log'
import type { TraceSink } from '../local-trace'
import { parseRules, type SamplingRule } from './rules'
import { Sampler } from './sampler'
import { SpanSampler } from './span-sampler'

/** The part of the configuration that `openSampler` reads. */
export type SamplerConfig = Pick<Config, 'samplingRules' | 'sampleRate' | 'rateLimit' | 'env' | 'tags'>
/** The part of the configuration that `openSpanSampler` reads. */
export type SpanSamplerConfig = Pick<Config, 'spanSamplingRules' | 'spanSamplingRulesFile' | 'tags'>

/** Returns the sampler of traces. `nowMs` is the clock of its rate limiters in ms, for tests. */
export function openSampler(config: SamplerConfig, nowMs?: () => number): Sampler {
  return new Sampler({
    rules: samplingRules(config),
    sampleRate: config.sampleRate,
    rateLimit: config.rateLimit,
    env: config.env,
    globalTags: config.tags,
    nowMs,
  })
}

/** Returns the rules of `DD_TRACE_SAMPLING_RULES`; logs a warning for each that cannot be used as it is written. */
export function samplingRules(config: Pick<Config, 'samplingRules'>): SamplingRule[] {
  return usableRules('DD_TRACE_SAMPLING_RULES', config.samplingRules)
}

/**
 * Returns the sampler that keeps single spans of dropped traces, by the rules of `DD_SPAN_SAMPLING_RULES` or, where
 * that has none, of `DD_SPAN_SAMPLING_RULES_FILE`; undefined without rules.
 */
export function openSpanSampler(config: SpanSamplerConfig, nowMs?: () => number): SpanSampler | undefined {
  const { spanSamplingRules, spanSamplingRulesFile: file } = config
  const given = spanSamplingRules.length === 0 && file !== undefined ? readRules(file) : spanSamplingRules
  const rules = usableRules('DD_SPAN_SAMPLING_RULES', given, 1)
  return rules.length === 0 ? undefined : new SpanSampler({ rules, globalTags: config.tags, nowMs })
}

/** Returns a sink that lets `sampler` mark the spans of dropped traces, and then hands every chunk to `sink`. */
export function keepSpans(sampler: SpanSampler | undefined, sink: TraceSink): TraceSink {
  if (sampler === undefined) return sink
  return {
    add(trace, spans) {
      if (trace.priority <= 0) for (const span of spans) sampler.keep(span)
      sink.add(trace, spans)
    },
  }
}

function usableRules(name: string, given: unknown, defaultRate?: number): SamplingRule[] {
  const { rules, problems } = parseRules(given, defaultRate)
  for (const problem of problems) log.warn(`${name} ${problem}`, `${name}: ${problem}`)
  return rules
}

function readRules(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch {
    log.warn('span rules file', `DD_SPAN_SAMPLING_RULES_FILE=${file} cannot be read as JSON; using none`)
    return []
  }
}
