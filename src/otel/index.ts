/**
 * The OpenTelemetry bridge; loaded when the application uses `tracer.TracerProvider`, or by `DD_TRACE_OTEL_ENABLED`.
 */

import { BridgeTracerProvider } from './provider'
import type { TracerSource } from './tracer-source'
import type { OtelProviderOptions, OtelTracerProviderConstructor } from './types'

/** Returns the class `tracer.TracerProvider`, whose spans are made by the tracer that `source` returns. */
export function tracerProviderOf(source: TracerSource): OtelTracerProviderConstructor {
  function TracerProvider(options?: OtelProviderOptions): BridgeTracerProvider {
    return new BridgeTracerProvider(source, options)
  }
  TracerProvider.prototype = BridgeTracerProvider.prototype
  return TracerProvider as unknown as OtelTracerProviderConstructor
}
