/** The helper that runs the steps of Prisma inside spans. */

import {
  activeSpan,
  endSpan,
  endWithResult,
  type PatchTools,
  runInSpan,
  type Span,
  startSpan,
} from '../../src/kit/index'
import type { StepOptions, TracingHelper } from './types'

/** Steps of the engine, between the client and the driver; all others are the client's. */
const ENGINE_STEPS = new Set([
  'connect',
  'disconnect',
  'compile',
  'db_query',
  'start_transaction',
  'commit_transaction',
  'rollback_transaction',
])
/** Tag values of database systems to which Prisma gives another name. */
const DATABASE_TYPES: Readonly<Record<string, string>> = { postgresql: 'postgres' }
/** The `traceparent` that Prisma itself uses without a helper. */
const NO_PARENT = '00-10-10-00'

export function tracingHelper(tools: PatchTools): TracingHelper {
  const serviceSuffix = 'prisma'
  const client = tools.site({ name: 'prisma.client', kind: 'client', serviceSuffix })
  const engine = tools.site({ name: 'prisma.engine', kind: 'client', serviceSuffix })
  const query = tools.site({ name: 'prisma.engine', type: 'sql', kind: 'client', serviceSuffix })

  function start({ name, attributes = {} }: StepOptions): Span {
    const isQuery = name === 'db_query'
    const isEngine = ENGINE_STEPS.has(name)
    const { site } = isQuery ? query : isEngine ? engine : client
    const span = startSpan(tools.runtime, site, activeSpan(), {
      'prisma.type': isEngine ? 'engine' : 'client',
      'prisma.name': name,
    })
    span.resource = String(attributes['db.query.text'] ?? attributes.name ?? name)
    span.setTag('prisma.method', attributes.method)
    span.setTag('prisma.model', attributes.model)
    const system = attributes['db.system.name']
    if (typeof system === 'string') span.setTag('db.type', DATABASE_TYPES[system] ?? system)
    return span
  }

  return {
    isEnabled: () => tools.state.enabled,
    getTraceParent: context => traceparent(context ?? activeSpan()),
    dispatchEngineSpans() {},
    getActiveContext: activeSpan,
    runInChildSpan(nameOrOptions, step) {
      const options = typeof nameOrOptions === 'string' ? { name: nameOrOptions } : nameOrOptions
      if (!tools.state.enabled || options.internal === true) return step()
      const span = start(options)
      try {
        return endWithResult(span, runInSpan(span, step, undefined, [])) as ReturnType<typeof step>
      } catch (error) {
        endSpan(span, true, error, undefined)
        throw error
      }
    },
  }
}

/** Returns a `traceparent` that is always sampled: asking for it must not force the trace's sampling decision early. */
function traceparent(span: Span | undefined): string {
  return span === undefined ? NO_PARENT : `00-${span.toTraceId(true)}-${span.toSpanId(true)}-01`
}
