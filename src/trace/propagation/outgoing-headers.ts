/**
 * The header texts of one trace. Each is made for the first style that needs it, and kept until the decision changes.
 */

import { toDecimal, toHex, upperHex } from '../../std/u64'
import { UNDECIDED } from '../priority'
import type { RemoteContext } from '../remote-context'
import { printable } from './characters'
import { writeTags } from './datadog-tags'
import { otherMembers, stateHead, stateTail, withoutParent } from './tracestate-text'

/** Length of `p`'s value, which stands between the head and the tail of the `dd` member. */
const SPAN_ID_LENGTH = 16
/** Last field of `traceparent`, by sampled (1) and random (2). */
const FLAGS = ['-00', '-01', '-02', '-03']

/** The fields of a trace that headers carry: of a trace of this process, or of a context that is passed through. */
export interface TraceIdentity {
  /** Upper and lower 64 bits of the trace id, as int32 words. */
  readonly upperHi: number
  readonly upperLo: number
  readonly traceHi: number
  readonly traceLo: number
  readonly priority: number
  readonly origin: string | undefined
  /** Tags `_dd.p.*` except `_dd.p.tid`. */
  readonly propagated: Record<string, string> | undefined
}

/** The header texts of one trace; empty text = not made yet, or nothing to send. */
export class OutgoingHeaders {
  readonly identity: TraceIdentity
  /** The context that the trace continues. */
  readonly remote: RemoteContext | undefined
  /** Rate at which this process sampled the trace, `INHERITED` or `NOT_BY_CHANCE` (probability.ts). */
  readonly probability: number
  /** Sampling priority; empty when undecided. */
  readonly priority: string
  /** Lower and upper 64 bits of the trace id. */
  traceHex: string
  upperHex: string
  // Datadog's headers.
  traceDecimal: string
  origin: string
  /** Header `x-datadog-tags`; undefined if a tag cannot be sent, and then none is. */
  tags: string | undefined
  // The parts of W3C's headers that do not depend on the span.
  parentHead: string
  stateHead: string
  stateTail: string
  // The span that was written last: a batch of messages, or a repeated request, writes the same span again.
  spanHi: number
  spanLo: number
  spanHex: string
  spanDecimal: string
  traceparent: string
  tracestate: string

  constructor(identity: TraceIdentity, remote: RemoteContext | undefined, probability: number) {
    this.identity = identity
    this.remote = remote
    this.probability = probability
    this.priority = identity.priority === UNDECIDED ? '' : String(identity.priority)
    this.traceHex = ''
    this.upperHex = ''
    this.traceDecimal = ''
    this.origin = ''
    this.tags = ''
    this.parentHead = ''
    this.stateHead = ''
    this.stateTail = ''
    this.spanHi = 0
    this.spanLo = 0
    this.spanHex = ''
    this.spanDecimal = ''
    this.traceparent = ''
    this.tracestate = ''
  }

  /** Sets the span whose context is written next. */
  setSpan(hi: number, lo: number): void {
    if (hi === this.spanHi && lo === this.spanLo) return
    this.spanHi = hi
    this.spanLo = lo
    this.spanHex = this.spanDecimal = this.traceparent = this.tracestate = ''
  }

  /** Makes the texts of `x-datadog-*`. */
  prepareDatadog(): void {
    const { traceHi, traceLo, upperHi, upperLo, origin, propagated } = this.identity
    if (this.traceDecimal === '') {
      this.traceDecimal = toDecimal(traceHi, traceLo)
      this.origin = origin === undefined ? '' : printable(origin)
      this.tags = writeTags(upperHi, upperLo, propagated)
    }
    if (this.spanDecimal !== '') return
    // The first span of a trace has the trace's id.
    const isFirst = this.spanHi === traceHi && this.spanLo === traceLo
    this.spanDecimal = isFirst ? this.traceDecimal : toDecimal(this.spanHi, this.spanLo)
  }

  /** Makes the hexadecimal ids. */
  prepareHex(): void {
    const { traceHi, traceLo, upperHi, upperLo } = this.identity
    if (this.traceHex === '') {
      this.traceHex = toHex(traceHi, traceLo)
      this.upperHex = (upperHi | upperLo) === 0 ? '' : upperHex(upperHi, upperLo)
    }
    if (this.spanHex === '') this.spanHex = toHex(this.spanHi, this.spanLo)
  }

  /**
   * Makes `traceparent` and `tracestate`. `parent` is `p`, the last Datadog span: undefined = the span itself, '' =
   * none.
   */
  prepareW3c(parent: string | undefined): void {
    if (this.traceparent !== '') return
    this.prepareHex()
    const { priority, origin, propagated, upperHi, upperLo, traceHi, traceLo } = this.identity
    if (this.parentHead === '') {
      this.parentHead = `00-${upperHex(upperHi, upperLo)}${this.traceHex}-`
      this.stateHead = stateHead(this.priority, origin)
      const others = otherMembers(this.remote, this.probability, traceHi, traceLo)
      const unknown = this.remote === undefined ? '' : this.remote.unknownTracestate
      const tail = stateTail(this.stateHead.length + SPAN_ID_LENGTH, propagated, unknown)
      this.stateTail = others === '' ? tail : `${tail},${others}`
    }
    const flags = (priority > 0 ? 1 : 0) | (this.remote?.random === true ? 2 : 0)
    this.traceparent = this.parentHead + this.spanHex + FLAGS[flags]
    this.tracestate =
      parent === ''
        ? withoutParent(this.stateHead, this.stateTail)
        : this.stateHead + (parent === undefined ? this.spanHex : parent) + this.stateTail
  }
}
