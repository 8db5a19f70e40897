/** OpenTelemetry's SDK with a batching OTLP exporter. */

import { type OtelSpan, otelApi, otelProvider } from '../harness/opentelemetry'
import * as work from './work'

/** `SpanKind.CLIENT`. */
const CLIENT = 2

export function create(): work.SpansSubject {
  const { ROOT_CONTEXT, trace } = otelApi()
  const provider = otelProvider('base')
  const tracer = provider.getTracer('bench')
  const start = (index: number, serial: number, parent: OtelSpan | undefined): OtelSpan =>
    tracer.startSpan(
      work.NAMES[index] as string,
      {
        kind: CLIENT,
        attributes: {
          'resource.name': work.RESOURCES[index],
          component: work.COMPONENT,
          'out.host': work.HOST,
          'network.destination.port': work.PORT,
          'http.url': work.urlOf(serial),
          'request.id': work.requestIdOf(serial),
          'db.row_count': work.rowsOf(serial),
          'cache.hit_ratio': work.ratioOf(serial),
        },
      },
      parent === undefined ? ROOT_CONTEXT : trace.setSpan(ROOT_CONTEXT, parent),
    )
  const finish = (span: OtelSpan): void => span.end()
  return {
    trace: serial => work.makeTrace(serial, start, finish),
    flush: () => provider.forceFlush(),
  }
}
