/**
 * The export to OpenTelemetry collectors, made of the configuration. Loaded when `OTEL_TRACES_EXPORTER` asks for it.
 */

import type { Config } from '../../core/config/resolve'
import { Transport } from '../../core/transport'
import { endpointOf, headersOf } from './collector'
import { OtlpExporter } from './exporter'
import { json } from './json'
import type { SpanFormat } from './output'
import { processAttributes, resourceOf } from './resource'

/** Opens the connection to the collector of traces. */
export function openCollector(config: Config): Transport {
  return new Transport(endpointOf(config).origin, config.lookup)
}

/** Opens the exporter. `transport` is what `openCollector` returned; the exporter leaves it open. */
export function openOtlp(config: Config, version: string, transport: Transport): OtlpExporter {
  const { path } = endpointOf(config)
  const common = processAttributes(config, version)
  return new OtlpExporter({
    transport,
    path,
    format: formatOf(config),
    scope: { name: 'tracer', version },
    resource: service => resourceOf(service, common, config),
    headers: { 'user-agent': `tracer-otlp-exporter-nodejs/${version}`, ...headersOf(config) },
    compression: config.otlpTracesCompression,
    timeoutMs: config.otlpTracesTimeout,
    delayMs: delayOf(config),
    batchSpans: config.batchSize,
    queueSpans: config.batchQueueSize > 0 ? config.batchQueueSize : undefined,
  })
}

function formatOf({ otlpTracesProtocol }: Config): SpanFormat {
  return otlpTracesProtocol === 'http/json' ? json : lazyProtobuf()
}

/**
 * Returns protobuf as a format whose library is loaded after the program's own start, or with its first span: loading
 * takes 10 ms.
 */
function lazyProtobuf(): SpanFormat {
  const load = (): SpanFormat => (require('./protobuf') as typeof import('./protobuf')).protobuf
  setImmediate(load).unref()
  return {
    contentType: 'application/x-protobuf',
    newSpans: () => load().newSpans(),
    resource: attributes => load().resource(attributes),
    request: (parts, scope) => load().request(parts, scope),
  }
}

/** Returns `batchDelay`; `flushInterval` if only that one is set. */
function delayOf({ origins, flushInterval, batchDelay }: Config): number {
  return origins.batchDelay === 'default' && origins.flushInterval !== 'default' ? flushInterval : batchDelay
}
