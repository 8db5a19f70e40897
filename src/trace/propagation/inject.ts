/** Writes a context into a carrier, in the configured styles. */

import { log } from '../../core/log'
import type { LocalTrace } from '../local-trace'
import { RemoteContext } from '../remote-context'
import type { Span } from '../span'
import { injectB3Multi, injectB3Single, parentText } from './b3'
import { injectLegacyBaggage, ORIGIN, PARENT_ID, PRIORITY, TAGS, TRACE_ID } from './datadog'
import { OutgoingHeaders } from './outgoing-headers'
import { INHERITED } from './probability'
import type { Style } from './styles'
import { TRACEPARENT, TRACESTATE } from './w3c'

/** An object that headers are written into. */
export type Writable = Record<string, string>

/** Settings of `inject`; see `PropagatorOptions`. */
export interface InjectOptions {
  /** Styles to write, without `baggage`. */
  styles: readonly Style[]
  maxTagsLength: number
  legacyBaggage: boolean
}

/** Writes the headers of a span, or of a context that is passed on. Makes the sampling decision of the span's trace. */
export function inject(context: Span | RemoteContext, carrier: Writable, options: InjectOptions): void {
  if (context instanceof RemoteContext) {
    if ((context.traceHi | context.traceLo) !== 0) injectRemote(context, carrier, options)
    return
  }
  const trace = context.trace
  trace.decide()
  let out = trace.outgoing
  if (out === undefined) trace.outgoing = out = new OutgoingHeaders(trace, trace.remote, trace.probability)
  out.setSpan(context.idHi, context.idLo)
  for (const style of options.styles) {
    if (style === 'datadog') {
      writeDatadog(out, context.baggage, carrier, options)
      if (out.tags === undefined) markTrace(trace, 'encoding_error')
      else if (out.tags.length > options.maxTagsLength && options.maxTagsLength > 0)
        markTrace(trace, 'inject_max_size')
    } else if (style === 'tracecontext') writeW3c(out, undefined, carrier)
    else writeB3(style, out, parentText(context.parentHi, context.parentLo), carrier)
  }
}

function injectRemote(context: RemoteContext, carrier: Writable, options: InjectOptions): void {
  const out = new OutgoingHeaders(context, context, INHERITED)
  out.setSpan(context.spanHi, context.spanLo)
  // Without a span (x-datadog-parent-id: 0) a context cannot be written in the other styles.
  const hasSpan = (context.spanHi | context.spanLo) !== 0
  for (const style of options.styles) {
    if (style === 'datadog') writeDatadog(out, context.legacyBaggage, carrier, options)
    else if (hasSpan && style === 'tracecontext') writeW3c(out, context.lastDatadogParent, carrier)
    else if (hasSpan) writeB3(style, out, '', carrier)
  }
}

function writeDatadog(
  out: OutgoingHeaders,
  legacyBaggage: Record<string, string> | undefined,
  carrier: Writable,
  options: InjectOptions,
): void {
  out.prepareDatadog()
  carrier[TRACE_ID] = out.traceDecimal
  carrier[PARENT_ID] = out.spanDecimal
  if (out.priority !== '') carrier[PRIORITY] = out.priority
  if (out.origin !== '') carrier[ORIGIN] = out.origin
  const tags = out.tags
  if (tags !== undefined && tags !== '' && tags.length <= options.maxTagsLength) carrier[TAGS] = tags
  if (legacyBaggage !== undefined && options.legacyBaggage) injectLegacyBaggage(legacyBaggage, carrier)
}

function writeW3c(out: OutgoingHeaders, datadogParent: string | undefined, carrier: Writable): void {
  out.prepareW3c(datadogParent)
  carrier[TRACEPARENT] = out.traceparent
  if (out.tracestate !== '') carrier[TRACESTATE] = out.tracestate
}

function writeB3(style: Style, out: OutgoingHeaders, parent: string, carrier: Writable): void {
  out.prepareHex()
  const write = style === 'b3' ? injectB3Single : injectB3Multi
  write(out.upperHex + out.traceHex, out.spanHex, out.identity.priority, parent, carrier)
}

/** Records on the trace and in the log why its tags were not sent. */
function markTrace(trace: LocalTrace, error: string): void {
  if (trace.chunkTags?.['_dd.propagation_error'] === error) return
  log.warn(`x-datadog-tags ${error}`, `x-datadog-tags is not sent: ${error}`)
  trace.chunkTags = { ...trace.chunkTags, '_dd.propagation_error': error }
}
