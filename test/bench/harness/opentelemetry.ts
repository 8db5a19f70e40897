/** What the bench uses of OpenTelemetry's packages, which are no dependency; and a provider that sends to the sink. */

import { requirePeer } from './peers'

export interface OtelSpan {
  end(): void
}

export interface OtelContext {
  readonly otelContext: unique symbol
}

export interface OtelTracer {
  startSpan(
    name: string,
    options: { kind: number; attributes: Record<string, unknown> },
    context: OtelContext,
  ): OtelSpan
}

export interface OtelProvider {
  getTracer(name: string): OtelTracer
  forceFlush(): Promise<void>
  register(): void
}

interface OtelApi {
  ROOT_CONTEXT: OtelContext
  trace: { setSpan(context: OtelContext, span: OtelSpan): OtelContext }
}

type Constructor<Instance> = new (options?: unknown) => Instance

interface Sdk {
  BasicTracerProvider: Constructor<OtelProvider>
  NodeTracerProvider: Constructor<OtelProvider>
  BatchSpanProcessor: new (exporter: object, options: object) => object
}

/** Its default of 2048 drops spans when a burst comes; what is dropped cannot be compared. */
const MAX_QUEUE_SIZE = 65_536

export function otelApi(): OtelApi {
  return requirePeer('@opentelemetry/api') as OtelApi
}

/** `sdk-trace-base` for spans by hand, `sdk-trace-node` to be registered with its context manager. */
export function otelProvider(kind: 'base' | 'node'): OtelProvider {
  const sdk = requirePeer(`@opentelemetry/sdk-trace-${kind}`) as Sdk
  const { OTLPTraceExporter } = requirePeer('@opentelemetry/exporter-trace-otlp-proto') as {
    OTLPTraceExporter: new (options: object) => object
  }
  const { resourceFromAttributes } = requirePeer('@opentelemetry/resources') as {
    resourceFromAttributes(attributes: Record<string, string>): object
  }
  const exporter = new OTLPTraceExporter({
    url: `${process.env.BENCH_SINK_URL}/v1/traces`,
  })
  const Provider = kind === 'base' ? sdk.BasicTracerProvider : sdk.NodeTracerProvider
  return new Provider({
    resource: resourceFromAttributes({
      'service.name': 'bench',
      'service.version': '1.0.0',
    }),
    spanProcessors: [new sdk.BatchSpanProcessor(exporter, { maxQueueSize: MAX_QUEUE_SIZE })],
  })
}
