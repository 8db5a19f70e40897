/** OpenTelemetry with its instrumentations of http, express and pg, told to make the same spans as the others. */

import { otelProvider } from '../harness/opentelemetry'
import { requirePeer } from '../harness/peers'
import type { Traced } from './traced'

type Instrumentation = new (options?: object) => object

export function install(): Traced {
  const provider = otelProvider('node')
  provider.register()
  const { registerInstrumentations } = requirePeer('@opentelemetry/instrumentation') as {
    registerInstrumentations(options: { instrumentations: object[] }): void
  }
  const load = (name: string, className: string): Instrumentation =>
    (requirePeer(`@opentelemetry/instrumentation-${name}`) as Record<string, Instrumentation>)[
      className
    ] as Instrumentation
  const Http = load('http', 'HttpInstrumentation')
  const Express = load('express', 'ExpressInstrumentation')
  const Pg = load('pg', 'PgInstrumentation')
  registerInstrumentations({
    instrumentations: [
      new Http(),
      // One span for the request and one for each query, no more: as many as the others make.
      new Express({
        ignoreLayersType: ['middleware', 'router', 'request_handler'],
      }),
      new Pg({ ignoreConnectSpans: true, requireParentSpan: true }),
    ],
  })
  return { flush: () => provider.forceFlush() }
}
