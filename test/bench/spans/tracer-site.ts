/** The tracer as an integration uses it: a site per place in the code, and a literal with the tags that vary. */

import { assemble } from '../../../src/assemble'
import { resolveConfig } from '../../../src/core/config/resolve'
import { Signals } from '../../../src/core/signals'
import { SIGNALS } from '../../../src/signals'
import { Site } from '../../../src/trace/site'
import type { Span } from '../../../src/trace/span'
import { startSpan } from '../../../src/trace/start'
import * as work from './work'

export function create(): work.SpansSubject {
  const { runtime, flush } = assemble(resolveConfig({}), new Signals(SIGNALS))
  const sites = [...new Set(work.NAMES)].map(
    name =>
      new Site({
        name,
        integration: work.COMPONENT,
        type: work.TYPE,
        kind: work.KIND,
      }),
  )
  const byIndex = work.NAMES.map(name => sites.find(site => site.name === name) as Site)
  const start = (index: number, serial: number, parent: Span | undefined): Span => {
    const span = startSpan(runtime, byIndex[index] as Site, parent, {
      'out.host': work.HOST,
      'network.destination.port': work.PORT,
      'http.url': work.urlOf(serial),
      'request.id': work.requestIdOf(serial),
      'db.row_count': work.rowsOf(serial),
      'cache.hit_ratio': work.ratioOf(serial),
    })
    span.resource = work.RESOURCES[index] as string
    return span
  }
  const finish = (span: Span): void => span.finish()
  return {
    trace: serial => work.makeTrace(serial, start, finish),
    flush: async () => {
      await flush()
    },
  }
}
