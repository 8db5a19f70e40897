/** Settings of metrics: those of the application (DogStatsD), and those of Node.js. */

import { otel } from '../lazy-otel'
import { bool, int, map, oneOf, text } from '../rows'

export const dogstatsdRows = {
  dogstatsdUrl: text({
    env: 'DD_DOGSTATSD_URL',
    option: 'dogstatsd.url',
    fallback: undefined,
    doc: 'Address for metrics: `udp://host:port`, `unix:///path`, or `http://host:port` of the trace agent, which forwards metrics.',
  }),
  dogstatsdHost: text({
    env: ['DD_DOGSTATSD_HOST', 'DD_DOGSTATSD_HOSTNAME'],
    option: 'dogstatsd.hostname',
    fallback: undefined,
    doc: 'Host that takes metrics over UDP. Default: the socket `/var/run/datadog/dsd.socket` when it exists, else the agent host.',
  }),
  dogstatsdPort: int({
    env: 'DD_DOGSTATSD_PORT',
    option: 'dogstatsd.port',
    fallback: 8125,
    min: 1,
    max: 65535,
    doc: 'UDP port for metrics.',
  }),
  dogstatsdPrefix: text({
    option: 'dogstatsd.prefix',
    fallback: '',
    doc: 'Text put before the name of each metric, as it is: `shop.`.',
  }),
  dogstatsdTags: map({
    option: 'dogstatsd.tags',
    fallback: {},
    doc: 'Tags for every metric, in addition to service, env, version and `tags`.',
  }),
  dogstatsdAggregation: bool({
    env: 'DD_DOGSTATSD_AGGREGATION_ENABLED',
    option: 'dogstatsd.aggregation',
    fallback: true,
    doc: 'Sum up counts, gauges and sets for two seconds, and send a line for each series.',
  }),
  dogstatsdTelemetry: bool({
    env: 'DD_DOGSTATSD_TELEMETRY_ENABLED',
    option: 'dogstatsd.telemetry',
    fallback: true,
    doc: "Send the metrics client's own counters, also of lost metrics, as metrics `datadog.dogstatsd.client.*`.",
  }),
  cardinality: oneOf(['agent', 'none', 'low', 'orchestrator', 'high'], {
    env: ['DD_CARDINALITY', 'DATADOG_CARDINALITY'],
    option: 'dogstatsd.cardinality',
    fallback: 'agent',
    doc: 'How many tags of its origin (container, pod) the agent adds to a metric; `agent`: as the agent is configured.',
  }),
  originDetection: bool({
    env: 'DD_ORIGIN_DETECTION_ENABLED',
    option: false,
    fallback: true,
    doc: 'Send the id of the container with each metric.',
  }),
  entityId: text({
    env: 'DD_ENTITY_ID',
    option: false,
    fallback: undefined,
    doc: 'Id of the Kubernetes pod, which metrics carry as the tag `dd.internal.entity_id`.',
  }),
} as const

export const runtimeMetricsRows = {
  runtimeMetrics: bool({
    env: ['DD_RUNTIME_METRICS_ENABLED', 'OTEL_METRICS_EXPORTER'],
    fromOtel: otel('metricsAreOff'),
    pick: given =>
      typeof given === 'object' && given !== null ? (given as Record<string, unknown>).enabled : given,
    fallback: false,
    doc: 'Send metrics of Node.js: CPU, heap, event loop, garbage collection. In code also `{ enabled, gc, eventLoop }`.',
  }),
  runtimeMetricsGc: bool({
    env: 'DD_RUNTIME_METRICS_GC_ENABLED',
    option: 'runtimeMetrics.gc',
    fallback: true,
    doc: 'Include garbage collection in the metrics of Node.js.',
  }),
  runtimeMetricsEventLoop: bool({
    env: 'DD_RUNTIME_METRICS_EVENT_LOOP_ENABLED',
    option: 'runtimeMetrics.eventLoop',
    fallback: true,
    doc: 'Include the event loop in the metrics of Node.js.',
  }),
  runtimeMetricsInterval: int({
    env: 'DD_RUNTIME_METRICS_FLUSH_INTERVAL',
    option: false,
    fallback: 10_000,
    min: 100,
    unit: 'ms',
    doc: 'Time in ms between two measurements of the metrics of Node.js.',
  }),
  runtimeMetricsRuntimeId: bool({
    env: ['DD_RUNTIME_METRICS_RUNTIME_ID_ENABLED', 'DD_TRACE_EXPERIMENTAL_RUNTIME_ID_ENABLED'],
    fallback: false,
    doc: 'Tag all metrics with `runtime-id`, which differs for each process and thread.',
  }),
} as const
