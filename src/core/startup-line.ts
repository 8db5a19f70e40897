/** The line of configuration that is printed at start. Support scripts read it. */

import { arch, release, type } from 'node:os'
import type { Config } from './config/resolve'
import { withoutCredentials } from './config/row'

/** Returns the line `DATADOG TRACER CONFIGURATION - {json}`. It holds no passwords. */
export function startupLine(config: Config, agentUrl: string, version: string): string {
  const fields = {
    date: new Date().toISOString(),
    os_name: type(),
    os_version: release(),
    architecture: arch(),
    version,
    lang: 'nodejs',
    lang_version: process.versions.node,
    env: config.env,
    enabled: config.enabled,
    service: config.service,
    agent_url: withoutCredentials(agentUrl),
    debug: config.debug,
    sample_rate: config.sampleRate,
    sampling_rules: printable(config.samplingRules),
    tags: config.tags,
    dd_version: config.version,
    log_injection_enabled: config.logInjection && !config.otelLogsEnabled,
    runtime_metrics_enabled: config.runtimeMetrics,
    profiling_enabled: config.profiling !== 'false',
    appsec_enabled: false,
    data_streams_enabled: config.dsmEnabled,
    otlp_traces_export_enabled: config.tracesExporter.some(each => each.toLowerCase() === 'otlp'),
    otlp_metrics_export_enabled: false,
    otlp_logs_export_enabled: false,
    // dd-trace has no such field: variables and files whose value differs from what the application gave to `init()`.
    hidden_by_init: config.hidden.length > 0 ? config.hidden.map(({ variable }) => variable) : undefined,
  }
  return `DATADOG TRACER CONFIGURATION - ${JSON.stringify(fields)}`
}

/**
 * Returns a copy of the rules that JSON can hold. Rules from code may hold anything, and start-up must not fail over
 * a line of text.
 */
function printable(rules: Config['samplingRules']): unknown {
  try {
    return JSON.parse(
      JSON.stringify(rules, (_key, value) => (value instanceof RegExp ? String(value) : value)),
    )
  } catch {
    return `${rules.length} rules`
  }
}
