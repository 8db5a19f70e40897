/** The export of logs, made of the configuration. Loaded when `DD_LOGS_OTEL_ENABLED` asks for it. */

import { parseAgentUrl } from '../../../core/agent-url'
import type { Config } from '../../../core/config/resolve'
import { watchProcess } from '../../../core/lifecycle'
import { sendAtExit } from '../../../core/send-at-exit'
import { Transport } from '../../../core/transport'
import type { EmitLog } from '../../../trace/log-entry'
import { endpointOf, headersOf, LOGS } from '../collector'
import { processAttributes, resourceOf } from '../resource'
import { LogExporter } from './exporter'
import { json } from './json'
import type { LogFormat } from './record'

const END_TIMEOUT_MS = 1000

export interface Logs {
  readonly emit: EmitLog
  flush(): Promise<unknown>
  shutdown(timeoutMs?: number): Promise<unknown>
}

export function openLogs(config: Config, version: string): Logs {
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
  const unwatch = watchProcess({
    isPending: () => exporter.byteLength > 0,
    flush: () => exporter.flush(END_TIMEOUT_MS),
    flushNow() {
      const { requests, spanCount } = exporter.takeUnsent()
      const address = parseAgentUrl(origin)
      const delivered = address === undefined ? 0 : sendAtExit(address, requests)
      return delivered === requests.length ? 0 : spanCount
    },
    giveUp: () => exporter.takeUnsent().spanCount,
  })
  return {
    emit: exporter.emit,
    flush: () => exporter.flush(),
    async shutdown(timeoutMs = END_TIMEOUT_MS) {
      await exporter.shutdown(timeoutMs)
      unwatch()
      transport.close()
    },
  }
}

/** As for traces: the library of protobuf is loaded after the program's own start, or with its first record. */
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
