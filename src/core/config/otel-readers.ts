/**
 * How variables of OpenTelemetry are read where they spell values differently from their `DD_*` twins. Source: the
 * OpenTelemetry specification, "Environment Variable Specification". Names and values in any case where it says so.
 */

import type { OtelReader, Read } from './row'
import type { TextMap } from './rows'

/** Resource attributes that are settings of ours; later ones win. */
const ATTRIBUTES: Readonly<Record<string, string>> = {
  'service.name': 'service',
  'service.version': 'version',
  'deployment.environment': 'env',
  'deployment.environment.name': 'env',
}

/** `OTEL_RESOURCE_ATTRIBUTES`: `key=value,key=value`, values percent-encoded. */
export const resourceAttributes: OtelReader<TextMap> = text => {
  const attributes: Record<string, string> = {}
  for (const pair of text.split(',')) {
    const equals = pair.indexOf('=')
    const key = pair.slice(0, equals).trim()
    if (equals > 0 && key !== '') attributes[key] = decode(pair.slice(equals + 1).trim())
  }
  if (Object.keys(attributes).length === 0) return { problem: 'is not a list key=value,key=value' }
  const tags: Record<string, string> = {}
  for (const [key, value] of Object.entries(attributes))
    if (!Object.hasOwn(ATTRIBUTES, key)) tags[key] = value
  for (const [key, name] of Object.entries(ATTRIBUTES)) if (attributes[key]) tags[name] = attributes[key]
  return { value: tags }
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

const PROPAGATORS = ['tracecontext', 'baggage', 'b3', 'b3multi', 'datadog', 'none']

/** `OTEL_PROPAGATORS`: those that we have; `b3` is the single header. */
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

/** `OTEL_TRACES_SAMPLER` and, where that takes one, `OTEL_TRACES_SAMPLER_ARG` as a rate. */
export const sampler: OtelReader<number | undefined> = (text, name, variable) => {
  if (name === 'OTEL_TRACES_SAMPLER_ARG') {
    // Used with the sampler; on its own there is only something wrong with it, or nothing to do.
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
      // Without an argument, or with one that is none, it is 1 by the specification.
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

/** `OTEL_METRICS_EXPORTER`: `none` is off. */
export const metricsAreOff: OtelReader<boolean> = text => {
  const names = text.split(',').map(each => each.trim().toLowerCase())
  return names.every(each => each === 'none') ? { value: false } : {}
}

/** `OTEL_TRACES_EXPORTER`: `none` is off; where else traces go is another setting's matter. */
export const exporterIsOn: OtelReader<boolean> = text => {
  const names = text.split(',').map(each => each.trim().toLowerCase())
  if (names.every(each => each === 'none')) return { value: false }
  return names.every(each => each === 'otlp') ? {} : { problem: 'is not none or otlp' }
}

/** `OTEL_SDK_DISABLED` says the opposite of what we ask. */
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

/** `OTEL_LOG_LEVEL`, with the words that implementations of OpenTelemetry share. */
export const logLevel: OtelReader<'debug' | 'info' | 'warn' | 'error' | 'off'> = text => {
  const value = LEVELS.get(text.trim().toLowerCase() as OtelLevel)
  return value === undefined ? { problem: `is not one of ${[...LEVELS.keys()].join(', ')}` } : { value }
}
