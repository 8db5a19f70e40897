/** The OpenTelemetry bridge: loaded when somebody asks for it, `DD_TRACE_OTEL_ENABLED` included. */

import { BridgeTracerProvider } from './provider'
import type { TracerSource } from './tracer-source'
import type { OtelProviderOptions, OtelTracerProviderConstructor } from './types'

/** The class `tracer.TracerProvider`, for the tracer that `source` tells of. */
export function tracerProviderOf(source: TracerSource): OtelTracerProviderConstructor {
  function TracerProvider(options?: OtelProviderOptions): BridgeTracerProvider {
    return new BridgeTracerProvider(source, options)
  }
  TracerProvider.prototype = BridgeTracerProvider.prototype
  return TracerProvider as unknown as OtelTracerProviderConstructor
}
