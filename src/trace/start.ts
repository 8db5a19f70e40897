/** Starts spans; no other file adds spans to a trace or begins one. */

import { idPool, nextId } from '../std/ids'
import { LocalTrace, type TraceRuntime } from './local-trace'
import { RemoteContext } from './remote-context'
import type { Site, Tags } from './site'
import { Span } from './span'
import { toLink } from './span-extras'

/**
 * Starts a span of `site` under `parent`: a span of this process, a context of another, or undefined for a new trace.
 * `tags` is adopted, not copied: the caller passes a fresh literal and does not use it again. `startMs` is ms since the
 * epoch, default now.
 */
export function startSpan(
  runtime: TraceRuntime,
  site: Site,
  parent: Span | RemoteContext | undefined,
  tags: Tags,
  startMs?: number,
): Span {
  const at = nextId()
  const idHi = idPool[at]
  const idLo = idPool[at + 1]
  const service = site.service ?? runtime.service
  if (parent !== undefined && !(parent instanceof RemoteContext)) {
    const trace = parent.trace
    const span = new Span(idHi, idLo, trace, site, service, tags, performance.now())
    if (startMs !== undefined) span.startTicks = span.ticksOf(startMs)
    span.parentHi = parent.idHi
    span.parentLo = parent.idLo
    span.parentService = parent.service
    span.baggage = parent.baggage
    trace.opened(span)
    return span
  }
  const trace = new LocalTrace(runtime)
  const span = new Span(idHi, idLo, trace, site, service, tags, trace.anchorTicks)
  if (startMs !== undefined) span.startTicks = span.ticksOf(startMs)
  trace.root = span
  if (parent !== undefined) continueRemote(trace, span, parent)
  if ((trace.traceHi | trace.traceLo) === 0) {
    // A new trace: the lower half of its id is the id of its first span, as in all Datadog tracers.
    trace.traceHi = idHi
    trace.traceLo = idLo
    if (runtime.traceId128) trace.upperHi = Math.floor(trace.anchorMs / 1000) | 0
  }
  trace.opened(span)
  return span
}

function continueRemote(trace: LocalTrace, span: Span, remote: RemoteContext): void {
  span.baggage = remote.legacyBaggage
  if (remote.restart) trace.chunkTags = remote.baggageTags
  else {
    trace.adopt(remote)
    span.parentHi = remote.spanHi
    span.parentLo = remote.spanLo
  }
  if (remote.links !== undefined) {
    span.links = []
    for (const link of remote.links) {
      const made = toLink(link)
      if (made !== undefined) span.links.push(made)
    }
  }
}
