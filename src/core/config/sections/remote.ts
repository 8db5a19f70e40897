/** Settings of remote configuration and of telemetry: what the agent tells the tracer, and the tracer the agent. */

import { bool, decimal } from '../rows'

export const remoteRows = {
  remoteConfig: bool({
    env: ['DD_REMOTE_CONFIGURATION_ENABLED', 'DD_REMOTE_CONFIG_ENABLED'],
    option: false,
    fallback: true,
    doc: 'Take sampling, tags and other settings from the agent while the program runs, where the agent offers that.',
  }),
  remoteConfigPollInterval: decimal({
    env: 'DD_REMOTE_CONFIG_POLL_INTERVAL_SECONDS',
    option: false,
    fallback: 5,
    min: 0.1,
    unit: 's',
    doc: 'Time in seconds between two requests for remote configuration.',
  }),
  telemetry: bool({
    env: ['DD_INSTRUMENTATION_TELEMETRY_ENABLED', 'DD_TRACE_TELEMETRY_ENABLED'],
    option: false,
    fallback: true,
    doc: 'Send telemetry: tell the agent, where it takes that, which settings, integrations and packages are in use.',
  }),
  telemetryHeartbeat: decimal({
    env: 'DD_TELEMETRY_HEARTBEAT_INTERVAL',
    option: false,
    fallback: 60,
    min: 0.1,
    unit: 's',
    doc: 'Time in seconds between two telemetry messages.',
  }),
  telemetryExtendedHeartbeat: decimal({
    env: 'DD_TELEMETRY_EXTENDED_HEARTBEAT_INTERVAL',
    option: false,
    fallback: 86_400,
    min: 0.1,
    unit: 's',
    doc: 'Time in seconds between two telemetry messages that repeat all settings, integrations and packages.',
  }),
  telemetryDependencies: bool({
    env: 'DD_TELEMETRY_DEPENDENCY_COLLECTION_ENABLED',
    option: false,
    fallback: true,
    doc: 'Include names and versions of loaded packages in telemetry.',
  }),
  telemetryMetrics: bool({
    env: 'DD_TELEMETRY_METRICS_ENABLED',
    option: false,
    fallback: true,
    doc: "Include the tracer's own counters in telemetry.",
  }),
} as const
