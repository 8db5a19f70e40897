/** The context that arrives from another service: ids, sampling decision, tags and baggage. */

import { toDecimal, toHex } from '../std/u64'
import { UNDECIDED } from './priority'

/** A context of another process, made by `extract`. Ids are pairs of int32 words. */
export class RemoteContext {
  /** Upper 64 bits of the trace id; zero when the caller sent 64 bits. */
  upperHi = 0
  upperLo = 0
  /** Lower 64 bits of the trace id. */
  traceHi = 0
  traceLo = 0
  /** The caller's span; zero when only a sampling decision or baggage came. */
  spanHi = 0
  spanLo = 0
  priority: number = UNDECIDED
  origin: string | undefined
  /** `_dd.p.*` tags except `_dd.p.tid`, which is in `upper*`. */
  propagated: Record<string, string> | undefined
  /** `tracestate` members of other vendors, in order, joined by commas. */
  otherTracestate = ''
  /** The random flag of `traceparent` (W3C Trace Context level 2), which is passed on unchanged. */
  random = false
  /** Keys of the `dd` member that this tracer does not know, as `key:value` joined by semicolons. */
  unknownTracestate = ''
  /** Value of `_dd.parent_id`: the last Datadog span of the trace, 16 hex digits. */
  lastDatadogParent = ''
  /** What went wrong while reading, for `_dd.propagation_error`. */
  propagationError = ''
  /** Items of legacy OpenTracing baggage (`ot-baggage-*`). */
  legacyBaggage: Record<string, string> | undefined
  /** Contexts of other traces that the same headers carried; the first span links to each. */
  links: RemoteLink[] | undefined
  /** Items of W3C baggage, in order; undefined without any. */
  baggage: Record<string, string> | undefined
  /** Tags `baggage.<key>` made from the baggage, for the first span of each chunk. */
  baggageTags: Record<string, string> | undefined
  /** The `tracestate` header as it came, for span links. */
  tracestate = ''
  /**
   * True if the trace must start anew (`DD_TRACE_PROPAGATION_BEHAVIOR_EXTRACT=restart`): only links and baggage are
   * used.
   */
  restart = false

  /** Returns the trace id: decimal text of the lower 64 bits, or 32 hex digits of all 128. */
  toTraceId(hex = false): string {
    return hex
      ? toHex(this.upperHi, this.upperLo) + toHex(this.traceHi, this.traceLo)
      : toDecimal(this.traceHi, this.traceLo)
  }

  /** Returns the id of the caller's span: decimal text, or 16 hex digits. */
  toSpanId(hex = false): string {
    return hex ? toHex(this.spanHi, this.spanLo) : toDecimal(this.spanHi, this.spanLo)
  }

  /** Returns the header `traceparent` (W3C Trace Context) of this context. */
  toTraceparent(): string {
    return `00-${this.toTraceId(true)}-${this.toSpanId(true)}-${this.priority > 0 ? '01' : '00'}`
  }
}

/** A context of another trace, to which the first span of this trace links. */
export interface RemoteLink {
  context: RemoteContext
  attributes: Record<string, string>
}
