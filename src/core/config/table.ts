/**
 * Every setting, one row each. Types, `init()` options, the README's table and the start-up line derive from here.
 * A row is declared when it works. Over 250 lines because it is one table.
 */

import type { LookupFunction } from 'node:net'
import { logsRows } from './logs-rows'
import type * as readers from './otel'
import { profilingRows } from './profiling-rows'
import { QUERY_SECRETS } from './query-secrets'
import {
  bool,
  decimal,
  emptyableText,
  inCode,
  int,
  json,
  keyValueMap,
  list,
  map,
  type OtelReader,
  oneOf,
  rate,
  text,
} from './rows'

/** What a custom logger looks like; missing levels fall back to `debug`. */
export interface Logger {
  error?: (message: string) => void
  warn?: (message: string) => void
  info?: (message: string) => void
  debug?: (message: string) => void
}

const objects = (value: unknown) =>
  Array.isArray(value) && value.every(each => typeof each === 'object' && each !== null)
    ? { value: value as readonly Record<string, unknown>[] }
    : { problem: 'is not an array of objects' }

const LEVELS = ['error', 'warn', 'info', 'debug'] as const

/** `tracePropagationStyle` is a list for both directions, which beats all variables, or an object of lists. */
const direction = (key?: 'inject' | 'extract') => (given: unknown) => {
  if (Array.isArray(given) || typeof given !== 'object' || given === null) return given
  return key === undefined ? undefined : (given as Record<string, unknown>)[key]
}

/** A boolean, or an object that has more to say. */
const enabledIn = (given: unknown) =>
  typeof given === 'object' && given !== null ? (given as Record<string, unknown>).enabled : given

/** Readers of what OpenTelemetry spells differently; loaded when there is something to read. */
function otel<Name extends keyof typeof readers>(name: Name): (typeof readers)[Name] {
  const read: OtelReader<unknown> = (...args) => (require('./otel') as typeof readers)[name](...args)
  return read as (typeof readers)[Name]
}

export const table = {
  // Identity
  service: text<string | undefined>({
    env: ['DD_SERVICE', 'DD_SERVICE_NAME', 'OTEL_SERVICE_NAME'],
    fallback: undefined,
    doc: 'Name of this service. Default: the name in the package.json of the application, else `node`.',
  }),
  env: text<string | undefined>({ env: 'DD_ENV', fallback: undefined, doc: 'Environment, such as `prod`.' }),
  version: text<string | undefined>({
    env: 'DD_VERSION',
    fallback: undefined,
    doc: 'Version of the application. Default: the version in its package.json.',
  }),
  tags: map({
    env: ['DD_TAGS', 'DD_TRACE_TAGS', 'DD_TRACE_GLOBAL_TAGS', 'OTEL_RESOURCE_ATTRIBUTES'],
    fromOtel: otel('resourceAttributes'),
    spaces: true,
    fallback: {},
    doc: 'Tags for every span. Separated by commas, or by spaces when there is no comma.',
  }),
  serviceMapping: map({
    env: 'DD_SERVICE_MAPPING',
    fallback: {},
    doc: 'Service of the spans of an integration, by its name: `pg:orders-db`.',
  }),
  reportHostname: bool({
    env: 'DD_TRACE_REPORT_HOSTNAME',
    fallback: false,
    doc: 'Tag local root spans with the host name (`_dd.hostname`).',
  }),
  gitCommitSha: text<string | undefined>({
    env: 'DD_GIT_COMMIT_SHA',
    option: false,
    fallback: undefined,
    doc: 'Commit that is running; sent as `_dd.git.commit.sha`.',
  }),
  gitRepositoryUrl: text<string | undefined>({
    env: 'DD_GIT_REPOSITORY_URL',
    option: false,
    fallback: undefined,
    doc: 'Repository of the application; user names and passwords in it are removed.',
  }),
  gitMetadata: bool({
    env: 'DD_TRACE_GIT_METADATA_ENABLED',
    option: false,
    fallback: true,
    doc: 'Send both.',
  }),
  processTags: bool({
    env: 'DD_EXPERIMENTAL_PROPAGATE_PROCESS_TAGS_ENABLED',
    option: false,
    fallback: true,
    doc: 'Describe the process (`_dd.tags.process`) on the first span of each chunk.',
  }),

  // Agent
  url: text<string | undefined>({
    env: ['DD_TRACE_AGENT_URL', 'DD_TRACE_URL'],
    fallback: undefined,
    doc: 'Agent address: `http://host:port`, `https://…` or `unix:///path`. Wins over host and port.',
  }),
  hostname: text<string | undefined>({
    env: ['DD_AGENT_HOST', 'DD_TRACE_AGENT_HOSTNAME'],
    fallback: undefined,
    doc: 'Agent host. Default: `127.0.0.1`, or the socket `/var/run/datadog/apm.socket` when it exists.',
  }),
  lookup: inCode<LookupFunction | undefined>('function', {
    fallback: undefined,
    check: value => typeof value === 'function',
    doc: 'Finds the address of the agent host in place of `dns.lookup`.',
  }),
  port: int({ env: 'DD_TRACE_AGENT_PORT', fallback: 8126, min: 1, max: 65535, doc: 'Agent port.' }),
  protocolVersion: oneOf(['0.4', '0.5'], {
    env: 'DD_TRACE_AGENT_PROTOCOL_VERSION',
    fallback: '0.4',
    doc: 'Trace format. `0.5` is used when the agent offers it.',
  }),
  flushInterval: int({
    env: 'DD_TRACE_FLUSH_INTERVAL',
    fallback: 2000,
    min: 0,
    unit: 'ms',
    doc: 'Longest time a finished trace waits before it is sent; 0 sends each one as it ends.',
  }),
  partialFlushMinSpans: int({
    env: 'DD_TRACE_PARTIAL_FLUSH_MIN_SPANS',
    option: 'flushMinSpans',
    fallback: 1000,
    min: 1,
    doc: 'So many finished spans of an open trace are sent before the rest.',
  }),
  partialFlushEnabled: bool({
    env: 'DD_TRACE_PARTIAL_FLUSH_ENABLED',
    option: false,
    fallback: true,
    doc: 'Send parts of traces that stay open.',
  }),

  externalEnv: text<string | undefined>({
    env: 'DD_EXTERNAL_ENV',
    option: false,
    fallback: undefined,
    doc: 'What the admission controller of Kubernetes knows of the container; passed on as a header.',
  }),

  // OpenTelemetry collectors (https://opentelemetry.io/docs/specs/otel/protocol/exporter/)
  tracesExporter: list({
    env: 'OTEL_TRACES_EXPORTER',
    option: false,
    fallback: [],
    doc: '`otlp`: send traces to an OpenTelemetry collector in place of the agent; `none`: to nobody.',
  }),
  otlpEndpoint: text<string | undefined>({
    env: 'OTEL_EXPORTER_OTLP_ENDPOINT',
    option: false,
    fallback: undefined,
    doc: 'Collector: `http://host:4318` or `https://…`; `/v1/traces` is appended. Default: port 4318 of the agent host.',
  }),
  otlpTracesEndpoint: text<string | undefined>({
    env: 'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT',
    option: false,
    fallback: undefined,
    doc: 'The whole URL for traces, used as it is.',
  }),
  otlpHeaders: keyValueMap({
    env: 'OTEL_EXPORTER_OTLP_HEADERS',
    option: false,
    fallback: {},
    isSecret: true,
    doc: 'Headers for the collector, such as `authorization=Bearer%20…`: `k=v,k=v` with percent-encoded values.',
  }),
  otlpTracesHeaders: keyValueMap({
    env: 'OTEL_EXPORTER_OTLP_TRACES_HEADERS',
    option: false,
    fallback: {},
    isSecret: true,
    doc: 'More of them, for traces only.',
  }),
  otlpTracesProtocol: oneOf(['http/protobuf', 'http/json'], {
    env: ['OTEL_EXPORTER_OTLP_TRACES_PROTOCOL', 'OTEL_EXPORTER_OTLP_PROTOCOL'],
    option: false,
    fallback: 'http/protobuf',
    doc: 'Format of traces. There is no `grpc`: collectors take HTTP on port 4318.',
  }),
  otlpTracesTimeout: int({
    env: ['OTEL_EXPORTER_OTLP_TRACES_TIMEOUT', 'OTEL_EXPORTER_OTLP_TIMEOUT'],
    option: false,
    fallback: 10_000,
    min: 1,
    unit: 'ms',
    doc: 'Longest time a request to the collector takes.',
  }),
  otlpTracesCompression: oneOf(['none', 'gzip'], {
    env: ['OTEL_EXPORTER_OTLP_TRACES_COMPRESSION', 'OTEL_EXPORTER_OTLP_COMPRESSION'],
    option: false,
    fallback: 'none',
    doc: 'Compression of requests to the collector.',
  }),
  batchDelay: int({
    env: 'OTEL_BSP_SCHEDULE_DELAY',
    option: false,
    fallback: 5000,
    min: 0,
    unit: 'ms',
    doc: 'Longest time a finished span waits before it is sent to a collector; 0 sends each trace as it ends.',
  }),
  batchSize: int({
    env: 'OTEL_BSP_MAX_EXPORT_BATCH_SIZE',
    option: false,
    fallback: 512,
    min: 1,
    doc: 'Most spans in a request to a collector.',
  }),
  batchQueueSize: int({
    env: 'OTEL_BSP_MAX_QUEUE_SIZE',
    option: false,
    fallback: 0,
    min: 0,
    doc: 'Most spans that wait for a collector, the oldest go first; 0 = as many as 16 MiB hold.',
  }),

  // Switches
  enabled: bool({
    env: ['DD_TRACE_ENABLED', 'OTEL_TRACES_EXPORTER'],
    fromOtel: otel('exporterIsOn'),
    option: false,
    fallback: true,
    doc: 'When false, nothing is patched, listened to or sent.',
  }),
  otelEnabled: bool({
    env: ['DD_TRACE_OTEL_ENABLED', 'OTEL_SDK_DISABLED'],
    fromOtel: otel('sdkIsOn'),
    option: false,
    fallback: false,
    doc: 'Be the tracer provider of `@opentelemetry/api`: spans that the application makes with it are ours.',
  }),
  disabledInstrumentations: list({
    env: 'DD_TRACE_DISABLED_INSTRUMENTATIONS',
    option: false,
    fallback: [],
    doc: 'Modules that are not patched at all.',
  }),
  disabledPlugins: list({
    env: 'DD_TRACE_DISABLED_PLUGINS',
    option: false,
    fallback: [],
    doc: 'Integrations that create no spans.',
  }),
  plugins: bool({ fallback: true, doc: 'When false, integrations are off until `use()` turns one on.' }),
  middlewareTracing: bool({
    env: 'DD_TRACE_MIDDLEWARE_TRACING_ENABLED',
    option: 'middlewareTracingEnabled',
    fallback: false,
    doc: 'A span for each middleware of a web framework.',
  }),

  // What the tracer and the agent tell each other besides
  remoteConfig: bool({
    env: 'DD_REMOTE_CONFIGURATION_ENABLED',
    option: false,
    fallback: true,
    doc: 'Take sampling, tags and the like from the agent while the program runs, where it offers that.',
  }),
  remoteConfigPollInterval: decimal({
    env: 'DD_REMOTE_CONFIG_POLL_INTERVAL_SECONDS',
    option: false,
    fallback: 5,
    min: 0.1,
    unit: 's',
    doc: 'Time between two questions.',
  }),
  telemetry: bool({
    env: ['DD_INSTRUMENTATION_TELEMETRY_ENABLED', 'DD_TRACE_TELEMETRY_ENABLED'],
    option: false,
    fallback: true,
    doc: 'Tell the agent, where it takes that, which settings, integrations and packages are in use.',
  }),
  telemetryHeartbeat: decimal({
    env: 'DD_TELEMETRY_HEARTBEAT_INTERVAL',
    option: false,
    fallback: 60,
    min: 0.1,
    unit: 's',
    doc: 'Time between two of these messages.',
  }),
  telemetryExtendedHeartbeat: decimal({
    env: 'DD_TELEMETRY_EXTENDED_HEARTBEAT_INTERVAL',
    option: false,
    fallback: 86_400,
    min: 0.1,
    unit: 's',
    doc: 'Time between two messages that say everything again.',
  }),
  telemetryDependencies: bool({
    env: 'DD_TELEMETRY_DEPENDENCY_COLLECTION_ENABLED',
    option: false,
    fallback: true,
    doc: 'Names and versions of loaded packages are part of them.',
  }),
  telemetryMetrics: bool({
    env: 'DD_TELEMETRY_METRICS_ENABLED',
    option: false,
    fallback: true,
    doc: "The tracer's own counters are part of them.",
  }),

  // Sampling
  sampleRate: rate({
    env: ['DD_TRACE_SAMPLE_RATE', 'OTEL_TRACES_SAMPLER', 'OTEL_TRACES_SAMPLER_ARG'],
    fromOtel: otel('sampler'),
    fallback: undefined,
    doc: 'Share of traces to keep, where no rule matches. Default: what the agent asks for.',
  }),
  samplingRules: json<readonly Record<string, unknown>[]>({
    env: 'DD_TRACE_SAMPLING_RULES',
    fallback: [],
    check: objects,
    doc: 'Rules `[{service, name, resource, tags, sample_rate, max_per_second}]`; the first that matches decides.',
  }),
  rateLimit: int({
    env: 'DD_TRACE_RATE_LIMIT',
    fallback: 100,
    doc: 'Most traces a second that rules may keep; negative = no limit.',
  }),
  spanSamplingRules: json<readonly Record<string, unknown>[]>({
    env: 'DD_SPAN_SAMPLING_RULES',
    fallback: [],
    check: objects,
    doc: 'Rules `[{service, name, sample_rate, max_per_second}]` for single spans of dropped traces.',
  }),
  spanSamplingRulesFile: text<string | undefined>({
    env: 'DD_SPAN_SAMPLING_RULES_FILE',
    option: false,
    fallback: undefined,
    doc: 'File with those rules, where the variable is not set.',
  }),
  stats: bool({
    env: 'DD_TRACE_STATS_COMPUTATION_ENABLED',
    fallback: false,
    doc: 'Compute trace statistics in the tracer, where the agent takes them; dropped traces are then not sent.',
  }),
  dsmEnabled: bool({
    env: 'DD_DATA_STREAMS_ENABLED',
    fallback: false,
    doc: 'Monitor data streams: how long messages take through queues and services, and how far consumers have got.',
  }),

  // Propagation
  propagationStyle: list({
    env: ['DD_TRACE_PROPAGATION_STYLE', 'OTEL_PROPAGATORS'],
    fromOtel: otel('propagators'),
    option: 'tracePropagationStyle',
    pick: direction(),
    fallback: ['datadog', 'tracecontext', 'baggage'],
    doc: 'Header formats, read in this order and all written: `datadog`, `tracecontext`, `b3`, `b3multi`, `baggage`, `none`.',
  }),
  propagationStyleInject: list({
    env: 'DD_TRACE_PROPAGATION_STYLE_INJECT',
    option: 'tracePropagationStyle',
    pick: direction('inject'),
    fallback: [],
    doc: 'Header formats written, when they differ; in code `{inject}`.',
  }),
  propagationStyleExtract: list({
    env: 'DD_TRACE_PROPAGATION_STYLE_EXTRACT',
    option: 'tracePropagationStyle',
    pick: direction('extract'),
    fallback: [],
    doc: 'Header formats read, when they differ; in code `{extract}`.',
  }),
  propagationExtractFirst: bool({
    env: 'DD_TRACE_PROPAGATION_EXTRACT_FIRST',
    option: false,
    fallback: false,
    doc: 'Stop at the first format that is present.',
  }),
  propagationBehaviorExtract: oneOf(['continue', 'restart', 'ignore'], {
    env: 'DD_TRACE_PROPAGATION_BEHAVIOR_EXTRACT',
    option: false,
    fallback: 'continue',
    doc: 'What to do with the context of a caller.',
  }),
  tagsMaxLength: int({
    env: 'DD_TRACE_X_DATADOG_TAGS_MAX_LENGTH',
    option: false,
    fallback: 512,
    min: 0,
    doc: 'Longest `x-datadog-tags` header; 0 turns it off.',
  }),
  baggageMaxItems: int({
    env: 'DD_TRACE_BAGGAGE_MAX_ITEMS',
    fallback: 64,
    min: 0,
    doc: 'Most baggage items sent.',
  }),
  baggageMaxBytes: int({
    env: 'DD_TRACE_BAGGAGE_MAX_BYTES',
    fallback: 8192,
    min: 0,
    unit: 'bytes',
    doc: 'Longest `baggage` header.',
  }),
  baggageTagKeys: list({
    env: 'DD_TRACE_BAGGAGE_TAG_KEYS',
    fallback: ['user.id', 'session.id', 'account.id'],
    emptyCounts: true,
    doc: 'Baggage that becomes tags `baggage.<key>`; `*` = all.',
  }),
  legacyBaggage: bool({
    env: 'DD_TRACE_LEGACY_BAGGAGE_ENABLED',
    option: 'legacyBaggageEnabled',
    fallback: true,
    doc: 'Send and read `ot-baggage-*` headers.',
  }),
  traceId128: bool({
    env: 'DD_TRACE_128_BIT_TRACEID_GENERATION_ENABLED',
    option: 'traceId128BitGenerationEnabled',
    fallback: true,
    doc: 'Give new traces ids of 128 bits.',
  }),
  traceId128Logging: bool({
    env: 'DD_TRACE_128_BIT_TRACEID_LOGGING_ENABLED',
    option: 'traceId128BitLoggingEnabled',
    fallback: true,
    doc: 'Log all 128 bits of a trace id, in hexadecimal; when false, the lower 64 in decimal.',
  }),

  // The application's log
  logInjection: bool({
    env: 'DD_LOGS_INJECTION',
    fallback: true,
    doc: 'Add the ids of the active span, service, version and env to the records of pino, winston and bunyan (`dd`).',
  }),
  orgGuard: bool({
    env: 'DD_TRACE_ORG_GUARD_ENABLED',
    option: false,
    fallback: false,
    doc: 'Callers of other organisations keep their ids, and nothing else of theirs decides here.',
  }),
  orgGuardStrict: bool({
    env: 'DD_TRACE_ORG_GUARD_STRICT',
    option: false,
    fallback: false,
    doc: 'So do callers that do not say of which organisation they are.',
  }),
  orgGuardTrusted: list({
    env: 'DD_TRACE_ORG_GUARD_TRUSTED_OPMS',
    option: false,
    fallback: [],
    doc: 'Markers of organisations that may.',
  }),

  // The tracer's own log
  debug: bool({
    env: 'DD_TRACE_DEBUG',
    option: false,
    fallback: false,
    doc: "Print the tracer's own debug log.",
  }),
  logLevel: oneOf(['debug', 'info', 'warn', 'error', 'off'], {
    env: ['DD_TRACE_LOG_LEVEL', 'DD_LOG_LEVEL', 'OTEL_LOG_LEVEL'],
    fromOtel: otel('logLevel'),
    fallback: 'warn',
    doc: "Least severe line of the tracer's own log, on stderr.",
  }),
  logger: inCode<Logger | undefined>('logger', {
    fallback: undefined,
    check: value => LEVELS.some(level => typeof (value as Logger | null)?.[level] === 'function'),
    doc: 'Object with `error`, `warn`, `info` and `debug` that gets those lines instead.',
  }),
  startupLogs: bool({
    env: 'DD_TRACE_STARTUP_LOGS',
    fallback: true,
    doc: 'Print the configuration as one line of JSON at start.',
  }),

  // HTTP
  headerTags: list({
    env: 'DD_TRACE_HEADER_TAGS',
    fallback: [],
    doc: 'Request and response headers that become tags: `header` or `header:tag`.',
  }),
  httpServerErrorStatuses: text<string>({
    env: ['DD_TRACE_HTTP_SERVER_ERROR_STATUSES', 'DD_HTTP_SERVER_ERROR_STATUSES'],
    option: false,
    fallback: '500-599',
    doc: 'Statuses of our answers that are errors: `500-599,404`.',
  }),
  grpcClientErrorStatuses: text<string>({
    env: 'DD_GRPC_CLIENT_ERROR_STATUSES',
    option: false,
    fallback: '1-16',
    doc: 'Status codes of gRPC calls we send that are errors: `1-4,14`.',
  }),
  grpcServerErrorStatuses: text<string>({
    env: 'DD_GRPC_SERVER_ERROR_STATUSES',
    option: false,
    fallback: '2-16',
    doc: 'Status codes of gRPC calls we answer that are errors: `2-4,14`.',
  }),
  graphqlErrorExtensions: list({
    env: 'DD_TRACE_GRAPHQL_ERROR_EXTENSIONS',
    option: false,
    fallback: [],
    doc: 'Keys of the `extensions` of GraphQL errors that are recorded.',
  }),
  queryObfuscation: emptyableText({
    env: 'DD_TRACE_OBFUSCATION_QUERY_STRING_REGEXP',
    option: false,
    fallback: QUERY_SECRETS,
    doc: 'What is replaced by `<redacted>` in query strings; empty = nothing, `.*` = drop the query.',
  }),
  clientIpEnabled: bool({ env: 'DD_TRACE_CLIENT_IP_ENABLED', fallback: false, doc: 'Tag `http.client_ip`.' }),
  clientIpHeader: text<string | undefined>({
    env: 'DD_TRACE_CLIENT_IP_HEADER',
    fallback: undefined,
    doc: 'The only header to take it from.',
  }),
  resourceRenaming: bool({
    env: 'DD_TRACE_RESOURCE_RENAMING_ENABLED',
    option: 'resourceRenamingEnabled',
    fallback: false,
    doc: 'Tag `http.endpoint`, a simplified path, where there is no route.',
  }),

  // Databases and names
  dbmPropagationMode: oneOf(['disabled', 'service', 'full', 'dynamic_service'], {
    env: 'DD_DBM_PROPAGATION_MODE',
    fallback: 'disabled',
    doc: 'SQL comments that tie database monitoring to services, or to traces (`full`).',
  }),
  mongodbHeartbeatEnabled: bool({
    env: 'DD_TRACE_MONGODB_HEARTBEAT_ENABLED',
    option: false,
    fallback: true,
    doc: 'Spans of `hello`, by which the MongoDB driver watches the server.',
  }),
  mongodbObfuscateQuery: oneOf(['none', 'types', 'redact'], {
    env: 'DD_TRACE_MONGODB_OBFUSCATE_QUERY',
    option: false,
    fallback: 'none',
    doc: 'What becomes of the values in queries of MongoDB: kept, replaced by their types, by `?`.',
  }),
  memcachedCommandEnabled: bool({
    env: 'DD_TRACE_MEMCACHED_COMMAND_ENABLED',
    option: false,
    fallback: false,
    doc: 'Tag `memcached.command`: the text of a command, with its keys and values.',
  }),
  spanAttributeSchema: oneOf(['v0', 'v1'], {
    env: 'DD_TRACE_SPAN_ATTRIBUTE_SCHEMA',
    fallback: 'v0',
    doc: 'Naming of spans and services.',
  }),
  removeIntegrationServices: bool({
    env: 'DD_TRACE_REMOVE_INTEGRATION_SERVICE_NAMES_ENABLED',
    option: 'spanRemoveIntegrationFromService',
    fallback: false,
    doc: 'Spans of integrations get the service of the application.',
  }),
  peerServiceDefaults: bool({
    env: 'DD_TRACE_PEER_SERVICE_DEFAULTS_ENABLED',
    option: 'spanComputePeerService',
    fallback: false,
    doc: 'Tag `peer.service` on client spans (always with schema v1).',
  }),
  peerServiceMapping: map({
    env: 'DD_TRACE_PEER_SERVICE_MAPPING',
    fallback: {},
    doc: 'Renames of `peer.service`.',
  }),

  // Metrics of the application (DogStatsD)
  dogstatsdUrl: text<string | undefined>({
    env: 'DD_DOGSTATSD_URL',
    option: 'dogstatsd.url',
    fallback: undefined,
    doc: 'Where metrics go: `udp://host:port`, `unix:///path`, or `http://host:port` of the trace agent, which passes them on.',
  }),
  dogstatsdHost: text<string | undefined>({
    env: ['DD_DOGSTATSD_HOST', 'DD_DOGSTATSD_HOSTNAME'],
    option: 'dogstatsd.hostname',
    fallback: undefined,
    doc: 'Host that takes them over UDP. Default: the socket `/var/run/datadog/dsd.socket` when it exists, else that of the agent.',
  }),
  dogstatsdPort: int({
    env: 'DD_DOGSTATSD_PORT',
    option: 'dogstatsd.port',
    fallback: 8125,
    min: 1,
    max: 65535,
    doc: 'UDP port.',
  }),
  dogstatsdPrefix: text<string>({
    option: 'dogstatsd.prefix',
    fallback: '',
    doc: 'Goes before the name of each metric, as it is: `shop.`.',
  }),
  dogstatsdTags: map({
    option: 'dogstatsd.tags',
    fallback: {},
    doc: 'Tags for every metric, besides `tags`.',
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
    doc: 'Send what the client itself counts, also what it lost, as metrics `datadog.dogstatsd.client.*`.',
  }),
  cardinality: oneOf(['agent', 'none', 'low', 'orchestrator', 'high'], {
    env: ['DD_CARDINALITY', 'DATADOG_CARDINALITY'],
    option: 'dogstatsd.cardinality',
    fallback: 'agent',
    doc: 'How many tags of their origin metrics get; `agent`: as the agent is configured.',
  }),
  originDetection: bool({
    env: 'DD_ORIGIN_DETECTION_ENABLED',
    option: false,
    fallback: true,
    doc: 'Send the container with each metric.',
  }),
  entityId: text<string | undefined>({
    env: 'DD_ENTITY_ID',
    option: false,
    fallback: undefined,
    doc: 'Id of the pod, which metrics carry as `dd.internal.entity_id`.',
  }),
  runtimeMetrics: bool({
    env: ['DD_RUNTIME_METRICS_ENABLED', 'OTEL_METRICS_EXPORTER'],
    fromOtel: otel('metricsAreOff'),
    pick: enabledIn,
    fallback: false,
    doc: 'Send what Node.js does (CPU, heap, event loop, garbage collection) as metrics; in code also `{gc, eventLoop}`.',
  }),
  runtimeMetricsGc: bool({
    env: 'DD_RUNTIME_METRICS_GC_ENABLED',
    option: 'runtimeMetrics.gc',
    fallback: true,
    doc: 'Those of garbage collection are part of them.',
  }),
  runtimeMetricsEventLoop: bool({
    env: 'DD_RUNTIME_METRICS_EVENT_LOOP_ENABLED',
    option: 'runtimeMetrics.eventLoop',
    fallback: true,
    doc: 'Those of the event loop are part of them.',
  }),
  runtimeMetricsInterval: int({
    env: 'DD_RUNTIME_METRICS_FLUSH_INTERVAL',
    option: false,
    fallback: 10_000,
    min: 100,
    unit: 'ms',
    doc: 'How often they are taken.',
  }),
  runtimeMetricsRuntimeId: bool({
    env: 'DD_RUNTIME_METRICS_RUNTIME_ID_ENABLED',
    fallback: false,
    doc: 'All metrics carry the tag `runtime-id`, which is another one for each process and thread.',
  }),

  ...logsRows,
  ...profilingRows,
} as const
