/** The line of configuration that is printed at start, which support scripts read. */

import { arch, release, type } from 'node:os'
import type { Config } from './config/resolve'

/** `DATADOG TRACER CONFIGURATION - {json}`. */
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
    agent_url: agentUrl,
    debug: config.debug,
    sample_rate: config.sampleRate,
    sampling_rules: config.samplingRules,
    tags: config.tags,
    dd_version: config.version,
    log_injection_enabled: false,
    runtime_metrics_enabled: false,
    profiling_enabled: false,
    appsec_enabled: false,
    data_streams_enabled: false,
  }
  return `DATADOG TRACER CONFIGURATION - ${JSON.stringify(fields)}`
}
