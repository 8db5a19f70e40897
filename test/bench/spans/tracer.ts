/** The tracer through its public API, as an application would make spans by hand. */

import type { Span } from '../../../src/types'
import * as work from './work'

export function create(): work.SpansSubject {
  const { tracer } = require('tracer') as typeof import('../../../src/index')
  tracer.init()
  const start = (index: number, serial: number, parent: Span | undefined): Span =>
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
  const finish = (span: Span): void => span.finish()
  return {
    trace: serial => work.makeTrace(serial, start, finish),
    flush: async () => {
      await tracer.flush()
    },
  }
}
