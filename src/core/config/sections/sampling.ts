/** Settings that decide which traces and spans are kept, and where their statistics are computed. */

import { otel } from '../lazy-otel'
import type { Read } from '../row'
import { bool, int, json, rate, text } from '../rows'

export const samplingRows = {
  sampleRate: rate({
    env: ['DD_TRACE_SAMPLE_RATE', 'OTEL_TRACES_SAMPLER', 'OTEL_TRACES_SAMPLER_ARG'],
    fromOtel: otel('sampler'),
    fallback: undefined,
    doc: 'Share of traces to keep, 0 to 1, where no sampling rule matches. Default: the rates that the agent asks for.',
  }),
  samplingRules: json({
    env: 'DD_TRACE_SAMPLING_RULES',
    fallback: [],
    check: objects,
    doc: 'Sampling rules `[{service, name, resource, tags, sample_rate, max_per_second}]`; the first that matches decides.',
  }),
  rateLimit: int({
    env: 'DD_TRACE_RATE_LIMIT',
    fallback: 100,
    doc: 'Largest number of traces that sampling rules may keep in a second; negative = no limit.',
  }),
  spanSamplingRules: json({
    env: 'DD_SPAN_SAMPLING_RULES',
    fallback: [],
    check: objects,
    doc: 'Rules `[{service, name, sample_rate, max_per_second}]` that keep single spans of dropped traces.',
  }),
  spanSamplingRulesFile: text({
    env: 'DD_SPAN_SAMPLING_RULES_FILE',
    option: false,
    fallback: undefined,
    doc: 'JSON file with span sampling rules; read only if `DD_SPAN_SAMPLING_RULES` is not set.',
  }),
  stats: bool({
    env: 'DD_TRACE_STATS_COMPUTATION_ENABLED',
    fallback: false,
    doc: 'Compute trace statistics in the tracer, where the agent allows that; dropped traces are then not sent.',
  }),
  dsmEnabled: bool({
    env: 'DD_DATA_STREAMS_ENABLED',
    fallback: false,
    doc: 'Monitor data streams: how long messages take through queues and services, and how far consumers have got.',
  }),
} as const

function objects(value: unknown): Read<readonly Record<string, unknown>[]> {
  return Array.isArray(value) && value.every(each => typeof each === 'object' && each !== null)
    ? { value }
    : { problem: 'is not an array of objects' }
}
