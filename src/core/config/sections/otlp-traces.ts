/**
 * Settings of traces for an OpenTelemetry collector. Source:
 * https://opentelemetry.io/docs/specs/otel/protocol/exporter/
 */

import { int, keyValueMap, list, oneOf, text } from '../rows'

export const otlpTraceRows = {
  tracesExporter: list({
    env: 'OTEL_TRACES_EXPORTER',
    option: false,
    fallback: [],
    doc: '`otlp`: send traces to an OpenTelemetry collector in place of the agent; `none`: send no traces.',
  }),
  otlpEndpoint: text({
    env: 'OTEL_EXPORTER_OTLP_ENDPOINT',
    option: false,
    fallback: undefined,
    doc: 'Collector address: `http://host:4318` or `https://…`; `/v1/traces` is appended. Default: port 4318 of the agent host.',
  }),
  otlpTracesEndpoint: text({
    env: 'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT',
    option: false,
    fallback: undefined,
    doc: 'Collector URL for traces, used as it is; wins over `OTEL_EXPORTER_OTLP_ENDPOINT`.',
  }),
  otlpHeaders: keyValueMap({
    env: 'OTEL_EXPORTER_OTLP_HEADERS',
    option: false,
    fallback: {},
    isSecret: true,
    doc: 'Headers of requests to the collector, such as `authorization=Bearer%20…`: `k=v,k=v` with percent-encoded values.',
  }),
  otlpTracesHeaders: keyValueMap({
    env: 'OTEL_EXPORTER_OTLP_TRACES_HEADERS',
    option: false,
    fallback: {},
    isSecret: true,
    doc: 'Extra headers of trace requests to the collector, added to `OTEL_EXPORTER_OTLP_HEADERS`.',
  }),
  otlpTracesProtocol: oneOf(['http/protobuf', 'http/json'], {
    env: ['OTEL_EXPORTER_OTLP_TRACES_PROTOCOL', 'OTEL_EXPORTER_OTLP_PROTOCOL'],
    option: false,
    fallback: 'http/protobuf',
    doc: 'Format of traces for the collector, `http/protobuf` or `http/json`. There is no `grpc`: collectors take HTTP on port 4318.',
  }),
  otlpTracesTimeout: int({
    env: ['OTEL_EXPORTER_OTLP_TRACES_TIMEOUT', 'OTEL_EXPORTER_OTLP_TIMEOUT'],
    option: false,
    fallback: 10_000,
    min: 1,
    unit: 'ms',
    doc: 'Longest time in ms that a trace request to the collector may take.',
  }),
  otlpTracesCompression: oneOf(['none', 'gzip'], {
    env: ['OTEL_EXPORTER_OTLP_TRACES_COMPRESSION', 'OTEL_EXPORTER_OTLP_COMPRESSION'],
    option: false,
    fallback: 'none',
    doc: 'Compression of trace requests to the collector: `none` or `gzip`.',
  }),
  batchDelay: int({
    env: 'OTEL_BSP_SCHEDULE_DELAY',
    option: false,
    fallback: 5000,
    min: 0,
    unit: 'ms',
    doc: 'Longest time in ms that a finished span waits before it is sent to a collector; 0 sends each trace as it ends.',
  }),
  batchSize: int({
    env: 'OTEL_BSP_MAX_EXPORT_BATCH_SIZE',
    option: false,
    fallback: 512,
    min: 1,
    doc: 'Largest number of spans in a request to a collector.',
  }),
  batchQueueSize: int({
    env: 'OTEL_BSP_MAX_QUEUE_SIZE',
    option: false,
    fallback: 0,
    min: 0,
    doc: 'Largest number of spans that wait for a collector; the oldest are dropped first. 0 = as many as fit into 16 MiB.',
  }),
} as const
