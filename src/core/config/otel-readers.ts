/**
 * Reads `OTEL_*` variables that spell their values differently from the `DD_*` variables of the same settings.
 * Source: the OpenTelemetry specification, "Environment Variable Specification". Values count in any case where it
 * says so.
 */

import type { OtelReader, Read } from './row'
import { percentDecoded, type TextMap } from './rows'

/** Resource attributes that are settings of the tracer, with the settings' names; later ones win. */
const ATTRIBUTES: Readonly<Record<string, string>> = {
  'service.name': 'service',
  'service.version': 'version',
  'deployment.environment': 'env',
  'deployment.environment.name': 'env',
}

/** Reads `OTEL_RESOURCE_ATTRIBUTES`: `key=value,key=value`, values percent-encoded. */
export const resourceAttributes: OtelReader<TextMap> = text => {
  const attributes: Record<string, string> = {}
  for (const pair of text.split(',')) {
    const equals = pair.indexOf('=')
    const key = pair.slice(0, equals).trim()
    if (equals > 0 && key !== '') attributes[key] = percentDecoded(pair.slice(equals + 1).trim())
  }
  if (Object.keys(attributes).length === 0) return { problem: 'is not a list key=value,key=value' }
  const tags: Record<string, string> = {}
  for (const [key, value] of Object.entries(attributes))
    if (!Object.hasOwn(ATTRIBUTES, key)) tags[key] = value
  for (const [key, name] of Object.entries(ATTRIBUTES)) if (attributes[key]) tags[name] = attributes[key]
  return { value: tags }
}

const PROPAGATORS = ['tracecontext', 'baggage', 'b3', 'b3multi', 'datadog', 'none']

/** Reads `OTEL_PROPAGATORS`, and keeps the propagators that the tracer has; `b3` is the single header. */
export const propagators: OtelReader<readonly string[]> = text => {
  const names = text
    .split(',')
    .map(each => each.trim().toLowerCase())
    .filter(each => each !== '')
  const value = names.filter(each => PROPAGATORS.includes(each))
  if (value.length === names.length) return { value }
  const problem = `has propagators that are none of ${PROPAGATORS.join(', ')}`
  return value.length === 0 ? { problem } : { value, problem }
}

/** Reads `OTEL_TRACES_SAMPLER` and, where the sampler takes one, `OTEL_TRACES_SAMPLER_ARG` as a rate. */
export const sampler: OtelReader<number | undefined> = (text, name, variable) => {
  if (name === 'OTEL_TRACES_SAMPLER_ARG') {
    // The argument is used with the sampler below; here it is only checked.
    return ratioOf(text) === undefined ? { problem: 'is not a rate between 0 and 1' } : {}
  }
  const chosen = text.trim().toLowerCase()
  const read: Read<number> = {}
  if (!chosen.startsWith('parentbased_')) read.remark = `is taken as parentbased_${chosen}`
  switch (chosen.replace(/^parentbased_/, '')) {
    case 'always_on':
      return { ...read, value: 1 }
    case 'always_off':
      return { ...read, value: 0 }
    case 'traceidratio': {
      // The specification says 1 where there is no argument, or one that is not a rate.
      const argument = variable('OTEL_TRACES_SAMPLER_ARG')
      return { ...read, value: argument === undefined ? 1 : ratioOf(argument) }
    }
    default:
      return {
        problem: 'is not one of parentbased_always_on, parentbased_always_off, parentbased_traceidratio',
      }
  }
}

function ratioOf(text: string): number | undefined {
  const value = text.trim() === '' ? Number.NaN : Number(text)
  return value >= 0 && value <= 1 ? value : undefined
}

/** Reads `OTEL_METRICS_EXPORTER`: `none` is off, anything else leaves the decision to the next source. */
export const metricsAreOff: OtelReader<boolean> = text => {
  const names = text.split(',').map(each => each.trim().toLowerCase())
  return names.every(each => each === 'none') ? { value: false } : {}
}

/** Reads whether `OTEL_TRACES_EXPORTER` leaves tracing on: `none` is off. The row `tracesExporter` reads `otlp`. */
export const exporterIsOn: OtelReader<boolean> = text => {
  const names = text.split(',').map(each => each.trim().toLowerCase())
  if (names.every(each => each === 'none')) return { value: false }
  return names.every(each => each === 'otlp') ? {} : { problem: 'is not none or otlp' }
}

/** Reads `OTEL_SDK_DISABLED`, whose value is the opposite of the setting's. */
export const sdkIsOn: OtelReader<boolean> = text => {
  const lower = text.trim().toLowerCase()
  if (lower === 'true') return { value: false }
  return lower === 'false' ? { value: true } : { problem: 'is not true or false' }
}

const LEVELS = new Map([
  ['debug', 'debug'],
  ['info', 'info'],
  ['warn', 'warn'],
  ['error', 'error'],
  ['none', 'off'],
  ['verbose', 'debug'],
  ['all', 'debug'],
] as const)

type OtelLevel = typeof LEVELS extends Map<infer K, unknown> ? K : never

/** Reads `OTEL_LOG_LEVEL`, with the words that implementations of OpenTelemetry share. */
export const logLevel: OtelReader<'debug' | 'info' | 'warn' | 'error' | 'off'> = text => {
  const value = LEVELS.get(text.trim().toLowerCase() as OtelLevel)
  return value === undefined ? { problem: `is not one of ${[...LEVELS.keys()].join(', ')}` } : { value }
}
