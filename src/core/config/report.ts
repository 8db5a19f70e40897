/** The configuration as telemetry reports it: every setting but secrets, named after its canonical variable. */

import type { Config, Origin } from './resolve'
import { type Row, withoutCredentials } from './row'
import { table } from './table'

/** One reported setting. */
export interface ConfigurationEntry {
  /** The canonical environment variable; the `init()` option where there is none. */
  name: string
  /** The value; a list or map is spelt as its variable would spell it, anything deeper is JSON; null = not set. */
  value: string | number | boolean | null
  origin: Origin
  /** `config_id` of the configuration file that the value came from, where the file names one. */
  configId?: string
}

/** Returns an entry for each row of the table, in its order, except for secrets and for code of the application. */
export function configurationReport(config: Config): ConfigurationEntry[] {
  const entries: ConfigurationEntry[] = []
  for (const [name, row] of Object.entries(table) as [keyof typeof table, Row<unknown>][]) {
    if (row.isSecret || row.isCode) continue
    const origin = config.origins[name]
    const entry: ConfigurationEntry = {
      name: row.env[0] ?? row.option ?? name,
      value: plain(config[name]),
      origin,
    }
    const configId = config.configIds[origin]
    if (configId !== undefined) entry.configId = configId
    entries.push(entry)
  }
  return entries
}

function plain(value: unknown): ConfigurationEntry['value'] {
  if (typeof value === 'string') return withoutCredentials(value)
  if (typeof value === 'number' || typeof value === 'boolean') return value
  if (typeof value !== 'object' || value === null) return null
  if (Array.isArray(value) && value.every(each => typeof each !== 'object')) return value.join(',')
  const entries = Object.entries(value)
  if (!Array.isArray(value) && entries.every(([, each]) => typeof each !== 'object')) {
    return entries.map(([key, each]) => `${key}:${withoutCredentials(String(each))}`).join(',')
  }
  return asJson(value)
}

/**
 * Returns a value as JSON, with regular expressions as their text; null where JSON cannot hold it, such as a cycle.
 */
export function asJson(value: unknown): string | null {
  try {
    return JSON.stringify(value, (_key, each) => (each instanceof RegExp ? String(each) : each)) ?? null
  } catch {
    return null
  }
}

/** A counter for telemetry that is increased by one, in the namespace `tracers`. */
export interface OtelCount {
  /** `hiding`: a `DD_*` variable was used and not its `OTEL_*` twin. `invalid`: the twin could not be used. */
  metric: 'otel.env.hiding' | 'otel.env.invalid'
  /** `['config_datadog:dd_service', 'config_opentelemetry:otel_service_name']`. */
  tags: readonly string[]
}

/** Returns the counters for `OTEL_*` variables that were not used. */
export function otelCounts(config: Config): OtelCount[] {
  return config.otelEvents.map(({ kind, datadog, otel }) => ({
    metric: `otel.env.${kind}`,
    tags: [`config_datadog:${datadog.toLowerCase()}`, `config_opentelemetry:${otel.toLowerCase()}`],
  }))
}
