/** dd-trace through its public API. */

import { requirePeer } from '../harness/peers'
import * as work from './work'

/** What is used of it. */
interface DdSpan {
  finish(): void
}

interface DdTrace {
  init(): DdTrace
  startSpan(name: string, options: { childOf: DdSpan | undefined; tags: Record<string, unknown> }): DdSpan
  _tracer: { _exporter: { flush(done: () => void): void } }
}

export function create(): work.SpansSubject {
  const tracer = (requirePeer('dd-trace') as DdTrace).init()
  const start = (index: number, serial: number, parent: DdSpan | undefined): DdSpan =>
    tracer.startSpan(work.NAMES[index] as string, {
      childOf: parent,
      tags: {
        'resource.name': work.RESOURCES[index],
        'span.type': work.TYPE,
        component: work.COMPONENT,
        'span.kind': work.KIND,
        'out.host': work.HOST,
        'network.destination.port': work.PORT,
        'http.url': work.urlOf(serial),
        'request.id': work.requestIdOf(serial),
        'db.row_count': work.rowsOf(serial),
        'cache.hit_ratio': work.ratioOf(serial),
      },
    })
  const finish = (span: DdSpan): void => span.finish()
  return {
    trace: serial => work.makeTrace(serial, start, finish),
    // It has no public one.
    flush: () => new Promise<void>(resolve => tracer._tracer._exporter.flush(resolve)),
  }
}
