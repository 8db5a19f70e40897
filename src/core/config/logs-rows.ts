/** Settings of the logs that are sent to an OpenTelemetry collector. */

import { bool, int, keyValueMap, oneOf, text } from './rows'

export const logsRows = {
  otelLogsEnabled: bool({
    env: ['DD_LOGS_OTEL_ENABLED', 'OTEL_LOGS_EXPORTER'],
    // Where else logs go is not our matter.
    fromOtel: names =>
      names.split(',').every(each => each.trim().toLowerCase() === 'none') ? { value: false } : {},
    fallback: false,
    doc: 'Send logs of `tracer.logs` and of `@opentelemetry/api-logs` to a collector; loggers get no `dd` then.',
  }),
  otlpLogsEndpoint: text<string | undefined>({
    env: 'OTEL_EXPORTER_OTLP_LOGS_ENDPOINT',
    option: false,
    fallback: undefined,
    doc: 'The whole URL for logs, used as it is.',
  }),
  otlpLogsHeaders: keyValueMap({
    env: 'OTEL_EXPORTER_OTLP_LOGS_HEADERS',
    option: false,
    fallback: {},
    isSecret: true,
    doc: 'More headers, for logs only.',
  }),
  otlpLogsProtocol: oneOf(['http/protobuf', 'http/json'], {
    env: ['OTEL_EXPORTER_OTLP_LOGS_PROTOCOL', 'OTEL_EXPORTER_OTLP_PROTOCOL'],
    option: false,
    fallback: 'http/protobuf',
    doc: 'Format of logs.',
  }),
  otlpLogsTimeout: int({
    env: ['OTEL_EXPORTER_OTLP_LOGS_TIMEOUT', 'OTEL_EXPORTER_OTLP_TIMEOUT'],
    option: false,
    fallback: 10_000,
    min: 1,
    unit: 'ms',
    doc: 'Longest time a request with logs takes.',
  }),
  otlpLogsCompression: oneOf(['none', 'gzip'], {
    env: ['OTEL_EXPORTER_OTLP_LOGS_COMPRESSION', 'OTEL_EXPORTER_OTLP_COMPRESSION'],
    option: false,
    fallback: 'none',
    doc: 'Compression of requests with logs.',
  }),
  logsBatchDelay: int({
    env: 'OTEL_BLRP_SCHEDULE_DELAY',
    option: false,
    fallback: 1000,
    min: 0,
    unit: 'ms',
    doc: 'Longest time a log record waits before it is sent.',
  }),
  logsBatchSize: int({
    env: 'OTEL_BLRP_MAX_EXPORT_BATCH_SIZE',
    option: false,
    fallback: 512,
    min: 1,
    doc: 'Most log records in a request.',
  }),
  logsQueueSize: int({
    env: 'OTEL_BLRP_MAX_QUEUE_SIZE',
    option: false,
    fallback: 2048,
    min: 1,
    doc: 'Most log records that wait for a collector, the oldest go first.',
  }),
}
