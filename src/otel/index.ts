/** The OpenTelemetry bridge: loaded when somebody asks for it, `DD_TRACE_OTEL_ENABLED` included. */

import type { Host } from './host'
import { BridgeTracerProvider } from './provider'
import type { OtelProviderOptions, OtelTracerProviderConstructor } from './types'

/** The class `tracer.TracerProvider`, for the tracer that `host` tells of. */
export function tracerProviderOf(host: Host): OtelTracerProviderConstructor {
  function TracerProvider(options?: OtelProviderOptions): BridgeTracerProvider {
    return new BridgeTracerProvider(host, options)
  }
  TracerProvider.prototype = BridgeTracerProvider.prototype
  return TracerProvider as unknown as OtelTracerProviderConstructor
}
