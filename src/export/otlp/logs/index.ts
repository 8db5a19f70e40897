/** Opens the export of logs as the configuration asks for it. Loaded when `DD_LOGS_OTEL_ENABLED` is set. */

import type { Config } from '../../../core/config/resolve'
import type { Signal } from '../../../core/signal'
import { Transport } from '../../../core/transport'
import type { EmitLog } from '../../../trace/log-entry'
import { endpointOf, headersOf, LOGS } from '../collector'
import { processAttributes, resourceOf } from '../resource'
import { LogExporter } from './exporter'
import { json } from './json'
import type { LogFormat } from './record'

/** The signal of log records, and what takes one. */
export interface Logs extends Signal {
  readonly emit: EmitLog
}

/** `register` makes `emit` known to OpenTelemetry's API, and returns what takes that back. */
export function openLogs(
  config: Config,
  version: string,
  register: (emit: EmitLog) => () => void = () => () => {},
): Logs {
  const { origin, path } = endpointOf(config, LOGS)
  const transport = new Transport(origin, config.lookup)
  const exporter = new LogExporter({
    transport,
    path,
    format: config.otlpLogsProtocol === 'http/json' ? json : lazyProtobuf(),
    resource: resourceOf(config.service ?? 'node', processAttributes(config, version), config),
    headers: { 'user-agent': `tracer-otlp-exporter-nodejs/${version}`, ...headersOf(config, LOGS) },
    compression: config.otlpLogsCompression,
    timeoutMs: config.otlpLogsTimeout,
    delayMs: config.logsBatchDelay,
    batchRecords: config.logsBatchSize,
    queueSpans: config.logsQueueSize,
  })
  const unregister = register(exporter.emit)
  return {
    emit: exporter.emit,
    lane: 'logs',
    items: 'log records',
    get isPending() {
      return exporter.byteLength > 0
    },
    async flush(timeoutMs) {
      await exporter.flush(timeoutMs)
      return undefined
    },
    takeUnsent: () => exporter.takeUnsent(),
    giveUp: () => exporter.takeUnsent().itemCount,
    async shutdown(timeoutMs) {
      unregister()
      await exporter.shutdown(timeoutMs)
      transport.close()
      return undefined
    },
  }
}

/** Returns protobuf as a format whose library is loaded after the program's own start, or with its first record. */
function lazyProtobuf(): LogFormat {
  const load = (): LogFormat => (require('./protobuf') as typeof import('./protobuf')).protobuf
  setImmediate(load).unref()
  return {
    contentType: 'application/x-protobuf',
    newRecords: () => load().newRecords(),
    resource: attributes => load().resource(attributes),
    request: (resource, parts) => load().request(resource, parts),
  }
}
