/** Settings of logs for an OpenTelemetry collector. */

import { bool, int, keyValueMap, oneOf, text } from '../rows'

export const logRows = {
  otelLogsEnabled: bool({
    env: ['DD_LOGS_OTEL_ENABLED', 'OTEL_LOGS_EXPORTER'],
    // `none` is off; any other exporter leaves the decision to the next source.
    fromOtel: names =>
      names.split(',').every(each => each.trim().toLowerCase() === 'none') ? { value: false } : {},
    fallback: false,
    doc: 'Send logs of `tracer.logs` and of `@opentelemetry/api-logs` to a collector; records of loggers get no `dd` then.',
  }),
  otlpLogsEndpoint: text({
    env: 'OTEL_EXPORTER_OTLP_LOGS_ENDPOINT',
    option: false,
    fallback: undefined,
    doc: 'Collector URL for logs, used as it is; wins over `OTEL_EXPORTER_OTLP_ENDPOINT`.',
  }),
  otlpLogsHeaders: keyValueMap({
    env: 'OTEL_EXPORTER_OTLP_LOGS_HEADERS',
    option: false,
    fallback: {},
    isSecret: true,
    doc: 'Extra headers of log requests to the collector, added to `OTEL_EXPORTER_OTLP_HEADERS`.',
  }),
  otlpLogsProtocol: oneOf(['http/protobuf', 'http/json'], {
    env: ['OTEL_EXPORTER_OTLP_LOGS_PROTOCOL', 'OTEL_EXPORTER_OTLP_PROTOCOL'],
    option: false,
    fallback: 'http/protobuf',
    doc: 'Format of logs for the collector: `http/protobuf` or `http/json`.',
  }),
  otlpLogsTimeout: int({
    env: ['OTEL_EXPORTER_OTLP_LOGS_TIMEOUT', 'OTEL_EXPORTER_OTLP_TIMEOUT'],
    option: false,
    fallback: 10_000,
    min: 1,
    unit: 'ms',
    doc: 'Longest time in ms that a log request to the collector may take.',
  }),
  otlpLogsCompression: oneOf(['none', 'gzip'], {
    env: ['OTEL_EXPORTER_OTLP_LOGS_COMPRESSION', 'OTEL_EXPORTER_OTLP_COMPRESSION'],
    option: false,
    fallback: 'none',
    doc: 'Compression of log requests to the collector: `none` or `gzip`.',
  }),
  logsBatchDelay: int({
    env: 'OTEL_BLRP_SCHEDULE_DELAY',
    option: false,
    fallback: 1000,
    min: 0,
    unit: 'ms',
    doc: 'Longest time in ms that a log record waits before it is sent to a collector.',
  }),
  logsBatchSize: int({
    env: 'OTEL_BLRP_MAX_EXPORT_BATCH_SIZE',
    option: false,
    fallback: 512,
    min: 1,
    doc: 'Largest number of log records in a request to a collector.',
  }),
  logsQueueSize: int({
    env: 'OTEL_BLRP_MAX_QUEUE_SIZE',
    option: false,
    fallback: 2048,
    min: 1,
    doc: 'Largest number of log records that wait for a collector; the oldest are dropped first.',
  }),
} as const
