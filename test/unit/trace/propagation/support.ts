/** Spans and propagators for tests, without the rest of a tracer. */

import { resolveConfig } from '../../../../src/core/config/resolve'
import type { LocalTrace, TraceRuntime, TraceSampler } from '../../../../src/trace/local-trace'
import { openPropagator, type PropagatorConfig } from '../../../../src/trace/propagation/open'
import type { OrgGuard } from '../../../../src/trace/propagation/org-guard'
import type { Propagator } from '../../../../src/trace/propagation/propagator'
import type { RemoteContext } from '../../../../src/trace/remote-context'
import { Site, type Tags } from '../../../../src/trace/site'
import type { Span } from '../../../../src/trace/span'
import { startSpan } from '../../../../src/trace/start'

const DEFAULTS = resolveConfig({}, {})

export interface Settings extends Partial<PropagatorConfig> {
  orgGuard?: OrgGuard
}

/** A sampler that keeps every trace, as the built-in rate does. */
export const keepAll: TraceSampler = { decide: trace => trace.setDecision(1, 0) }

export function runtimeWith(sampler: TraceSampler, options: Partial<TraceRuntime> = {}): TraceRuntime {
  return {
    service: 'shop',
    traceId128: true,
    partialFlushMinSpans: 1000,
    sampler,
    sink: { add() {} },
    enabled: true,
    onOpenSpansDetached() {},
    ...options,
  }
}

export const runtime = runtimeWith(keepAll)
export const runtime64 = runtimeWith(keepAll, { traceId128: false })
export const site = new Site({ name: 'web.request', kind: 'server' })

export function start(parent?: Span | RemoteContext, tags: Tags = {}, on: TraceRuntime = runtime): Span {
  return startSpan(on, site, parent, tags)
}

/** Returns a span with a given trace id, so that a test can name its headers. */
export function spanWith(traceLo: number, upper: [number, number] = [0, 0]): Span {
  const root = start(undefined, {}, runtime64)
  const trace: LocalTrace = root.trace
  trace.traceHi = 0
  trace.traceLo = traceLo
  trace.upperHi = upper[0]
  trace.upperLo = upper[1]
  return root
}

/** Returns a propagator with the default configuration, except for `settings`. */
export function propagator(settings: Settings = {}): Propagator {
  return openPropagator({ ...DEFAULTS, ...settings }, settings.orgGuard)
}

/** Returns the headers that a propagator writes for `span`. */
export function headersOf(
  span: Span | RemoteContext | undefined,
  settings: Settings = {},
  baggage?: Record<string, string>,
): Record<string, string> {
  const headers: Record<string, string> = {}
  propagator(settings).inject(span, baggage, headers)
  return headers
}

/** Returns the pairs of the `dd` member of a tracestate. */
export function ddPairs(headers: Record<string, string>): string[] {
  const [first] = headers.tracestate.split(',')
  return first.startsWith('dd=') ? first.slice(3).split(';') : []
}
