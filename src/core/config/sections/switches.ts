/** Settings that switch the tracer, its integrations and its bridge to OpenTelemetry on or off. */

import { otel } from '../lazy-otel'
import { bool, list } from '../rows'

export const switchRows = {
  enabled: bool({
    env: ['DD_TRACE_ENABLED', 'OTEL_TRACES_EXPORTER'],
    fromOtel: otel('exporterIsOn'),
    option: false,
    fallback: true,
    doc: 'Trace the application; when false, the tracer patches nothing, listens to nothing and sends nothing.',
  }),
  otelEnabled: bool({
    env: ['DD_TRACE_OTEL_ENABLED', 'OTEL_SDK_DISABLED'],
    fromOtel: otel('sdkIsOn'),
    option: false,
    fallback: false,
    doc: 'Register as the tracer provider of `@opentelemetry/api`: spans that the application makes with it are spans of this tracer.',
  }),
  disabledInstrumentations: list({
    env: 'DD_TRACE_DISABLED_INSTRUMENTATIONS',
    option: false,
    fallback: [],
    doc: 'Modules or integrations that are not patched at all: `pg,redis`.',
  }),
  disabledPlugins: list({
    env: 'DD_TRACE_DISABLED_PLUGINS',
    option: false,
    fallback: [],
    doc: 'Integrations that create no spans: `dns,net`.',
  }),
  plugins: bool({ fallback: true, doc: 'When false, integrations are off until `use()` turns one on.' }),
  middlewareTracingEnabled: bool({
    env: 'DD_TRACE_MIDDLEWARE_TRACING_ENABLED',
    fallback: false,
    doc: 'Make a span for each middleware of a web framework.',
  }),
} as const
