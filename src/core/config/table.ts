/**
 * Every setting, one row each. Types, `init()` options, the README's table and the start-up line derive from here.
 * A row is declared when it works. Over 250 lines because it is one table.
 */

import { QUERY_SECRETS } from './query-secrets'
import { bool, emptyableText, inCode, int, json, list, map, oneOf, rate, text } from './rows'

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

export const table = {
  // Identity
  service: text<string | undefined>({
    env: ['DD_SERVICE', 'DD_SERVICE_NAME'],
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
    env: ['DD_TAGS', 'DD_TRACE_TAGS', 'DD_TRACE_GLOBAL_TAGS'],
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

  // Switches
  enabled: bool({
    env: 'DD_TRACE_ENABLED',
    option: false,
    fallback: true,
    doc: 'When false, nothing is patched, listened to or sent.',
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

  // Sampling
  sampleRate: rate({
    env: 'DD_TRACE_SAMPLE_RATE',
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

  // Propagation
  propagationStyle: list({
    env: ['DD_TRACE_PROPAGATION_STYLE', 'OTEL_PROPAGATORS'],
    option: false,
    fallback: ['datadog', 'tracecontext', 'baggage'],
    doc: 'Header formats, read in this order and all written: `datadog`, `tracecontext`, `b3`, `b3multi`, `baggage`, `none`.',
  }),
  propagationStyleInject: list({
    env: 'DD_TRACE_PROPAGATION_STYLE_INJECT',
    option: 'tracePropagationStyle.inject',
    fallback: [],
    doc: 'Header formats written, when they differ.',
  }),
  propagationStyleExtract: list({
    env: 'DD_TRACE_PROPAGATION_STYLE_EXTRACT',
    option: 'tracePropagationStyle.extract',
    fallback: [],
    doc: 'Header formats read, when they differ.',
  }),
  propagationStyleBoth: inCode<readonly string[] | Record<string, unknown> | undefined>('list', {
    option: 'tracePropagationStyle',
    fallback: undefined,
    check: value => typeof value === 'object' || typeof value === 'string',
    doc: 'Header formats in both directions, in code; or `{inject, extract}`.',
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

  // The tracer's own log
  debug: bool({
    env: 'DD_TRACE_DEBUG',
    option: false,
    fallback: false,
    doc: "Print the tracer's own debug log.",
  }),
  logLevel: oneOf(['debug', 'info', 'warn', 'error', 'off'], {
    env: ['DD_TRACE_LOG_LEVEL', 'DD_LOG_LEVEL', 'OTEL_LOG_LEVEL'],
    fallback: 'warn',
    doc: "Least severe line of the tracer's own log, on stderr.",
  }),
  logger: inCode<Logger | undefined>('logger', {
    fallback: undefined,
    check: value => typeof value === 'object' && value !== null,
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
} as const
