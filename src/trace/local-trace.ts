/**
 * What the spans of one trace in this process share: identity, clock, sampling, and the list of spans to send. The file
 * has more than 250 lines because a trace, its spans and the parts it calls refer to each other in their types, and
 * types in several files would import each other in a circle.
 */

import { toDecimal, toHex } from '../std/u64'
import { addOpenTrace, listedTraces, removeOpenTrace } from './open-traces'
import { MECHANISM_MANUAL, UNDECIDED, USER_KEEP, USER_REJECT } from './priority'
import type { OutgoingHeaders } from './propagation/outgoing-headers'
import { INHERITED, NOT_BY_CHANCE } from './propagation/probability'
import type { RemoteContext } from './remote-context'
import type { Site, Tags } from './site'
import type { SpanEvent, SpanLink } from './span-extras'
import { addWaiting, removeWaiting, type WaitingTrace } from './waiting'

/** The fields of a span that its trace, samplers, exporters and profilers use; the class `Span` has them. */
export interface SpanRecord {
  /** Span id as int32 words; the top bit is clear. */
  readonly idHi: number
  readonly idLo: number
  /** The parent's id; zero for the root of a trace. */
  parentHi: number
  parentLo: number
  readonly trace: LocalTrace
  site: Site
  name: string
  service: string
  /** Empty = the name. */
  resource: string
  type: string
  /** Service of a parent in this process; undefined for other parents. A span whose service differs is top-level. */
  parentService: string | undefined
  tags: Tags
  error: 0 | 1
  /** ms on the monotonic clock. */
  startTicks: number
  /** ms; negative while the span is open. */
  durationMs: number
  events: SpanEvent[] | undefined
  links: SpanLink[] | undefined
  /** True once the trace had too many open spans and dropped this one from its list; `closed` puts it back. */
  detached: boolean
  /** Sets a tag of any JavaScript type, unless the span has been exported. */
  setTag(key: string, value: unknown): this
  /** Marks the span as failed with `error`, unless an error with details has been recorded before. */
  setErrorOnce(error: unknown): void
  finish(): void
  /** Drops tags, events and links once the span has been exported. */
  release(): void
}

/** Takes a chunk of finished spans of one local trace. It must have read all it needs when it returns. */
export interface TraceSink {
  add(trace: LocalTrace, spans: readonly SpanRecord[]): void
}

/** Decides once for a local trace: sets its priority, mechanism and sampling rates. */
export interface TraceSampler {
  decide(trace: LocalTrace): void
}

/** What spans and traces need from the tracer that they belong to; `assemble.ts` fills it in. */
export interface TraceRuntime {
  /** False while tracing is switched off: nothing may start spans then. */
  enabled: boolean
  /** Default service of spans. */
  readonly service: string
  /** Whether new traces get 128-bit ids. */
  readonly traceId128: boolean
  /** Number of finished spans of an open trace that are sent without waiting for the rest. */
  readonly partialFlushMinSpans: number
  sampler: TraceSampler
  sink: TraceSink
  /** Called when a trace had too many open spans and dropped `count` of them from its list. */
  onOpenSpansDetached(count: number): void
}

/** No spans; shared, never written to. */
const NOTHING: SpanRecord[] = []

/** Told of each span that has finished, while it still has its tags; undefined = nobody asks, which costs one check. */
let onClosed: ((span: SpanRecord) => void) | undefined

const tellers: ((span: SpanRecord) => void)[] = []

/** `tell` must not throw; it is called until the returned function is. */
export function followClosed(tell: (span: SpanRecord) => void): () => void {
  tellers.push(tell)
  chooseTeller()
  return () => {
    const at = tellers.indexOf(tell)
    if (at >= 0) tellers.splice(at, 1)
    chooseTeller()
  }
}

function chooseTeller(): void {
  const all = [...tellers]
  const tellAll = (span: SpanRecord): void => {
    for (const tell of all) tell(span)
  }
  onClosed = all.length < 2 ? all[0] : tellAll
}

/** What the first span of a trace stands for, when that is more than a span: a request of a server. */
export interface ServerRequest {
  readonly span: SpanRecord
  /** It went wrong, as far as is known. */
  fail(error: unknown): void
  /** The process ends now: finishes the span with what is known. */
  finishAtExit(): void
}

/** At most so many open spans of one trace are held; older ones are let go and come back when they finish. */
export const MAX_OPEN_SPANS = 10_000

export class LocalTrace {
  readonly runtime: TraceRuntime
  /** Wall clock and monotonic clock read together, in ms: every time in the trace is relative to them. */
  readonly anchorMs: number
  readonly anchorTicks: number
  /** Upper and lower 64 bits of the trace id, as int32 words. */
  upperHi: number
  upperLo: number
  traceHi: number
  traceLo: number
  /** The first span of the trace in this process. */
  root: SpanRecord | undefined
  /** Spans that have not been sent, in the order in which they started. */
  spans: SpanRecord[]
  /** Of those, how many are still open. */
  openCount: number

  priority: number
  /** Rates that led to the decision, -1 where unknown: `_dd.rule_psr`, `_dd.limit_psr`, `_dd.agent_psr`. */
  ruleRate: number
  limitRate: number
  agentRate: number
  /** Rate in (0, 1] by which chance decided; `INHERITED` or `NOT_BY_CHANCE` (propagation/probability.ts) otherwise. */
  probability: number
  origin: string | undefined
  /** `_dd.p.*` tags but `_dd.p.tid`; never shared with a remote context. */
  propagated: Record<string, string> | undefined
  /** The context that this trace continues, for what only the carrier formats need. */
  remote: RemoteContext | undefined
  /** Tags for the first span of each chunk, such as `baggage.user.id`. */
  chunkTags: Record<string, string> | undefined
  /** Header texts of this trace; whoever changes what travels with it makes them undefined. */
  outgoing: OutgoingHeaders | undefined
  /** False: a filtered request; nothing of this trace is exported. */
  recording: boolean

  /** Neighbours in the list of traces that hold finished spans (waiting.ts). */
  newer: WaitingTrace | undefined
  older: WaitingTrace | undefined
  /** When this trace entered that list, in ticks; 0 = not in it. */
  waitingSince: number
  /** Index in the list of traces with open spans (open-traces.ts); -1 = not in it. */
  openIndex: number
  /** While it is under way. */
  request: ServerRequest | undefined

  constructor(runtime: TraceRuntime) {
    this.runtime = runtime
    this.anchorMs = Date.now()
    this.anchorTicks = performance.now()
    this.upperHi = 0
    this.upperLo = 0
    this.traceHi = 0
    this.traceLo = 0
    this.root = undefined
    this.spans = NOTHING
    this.openCount = 0
    this.priority = UNDECIDED
    this.ruleRate = -1
    this.limitRate = -1
    this.agentRate = -1
    this.probability = INHERITED
    this.origin = undefined
    this.propagated = undefined
    this.remote = undefined
    this.chunkTags = undefined
    this.outgoing = undefined
    this.recording = true
    this.newer = undefined
    this.older = undefined
    this.waitingSince = 0
    this.openIndex = -1
    this.request = undefined
  }

  /** Takes identity, decision and travelling tags from another service. */
  adopt(remote: RemoteContext): void {
    this.upperHi = remote.upperHi
    this.upperLo = remote.upperLo
    this.traceHi = remote.traceHi
    this.traceLo = remote.traceLo
    this.priority = remote.priority
    this.origin = remote.origin
    if (remote.propagated !== undefined) this.propagated = { ...remote.propagated }
    this.remote = remote
    this.chunkTags = remote.baggageTags
  }

  /** A span has started. */
  opened(span: SpanRecord): void {
    if (this.openCount >= MAX_OPEN_SPANS) this.#letOldestGo()
    if (this.spans === NOTHING) this.spans = [span]
    else this.spans.push(span)
    if (++this.openCount === 1) addOpenTrace(this)
  }

  /** A span has finished: sends the trace, or a part of it, when it is time. */
  closed(span: SpanRecord): void {
    if (onClosed !== undefined) onClosed(span)
    if (span.detached) {
      span.detached = false
      if (this.spans === NOTHING) this.spans = [span]
      else this.spans.push(span)
    } else {
      this.openCount--
    }
    if (this.openCount === 0) {
      removeOpenTrace(this)
      if (this.waitingSince !== 0) removeWaiting(this)
      const spans = this.spans
      // A later child of a finished span starts a new chunk.
      this.spans = NOTHING
      this.#send(spans)
      return
    }
    if (this.spans.length - this.openCount >= this.runtime.partialFlushMinSpans) this.flushFinished()
    else if (this.waitingSince === 0) addWaiting(this, span.startTicks + span.durationMs)
  }

  /** Sends the spans that have finished and keeps the open ones. */
  flushFinished(): void {
    if (this.waitingSince !== 0) removeWaiting(this)
    const finished: SpanRecord[] = []
    const open: SpanRecord[] = []
    for (const span of this.spans) (span.durationMs >= 0 ? finished : open).push(span)
    this.spans = open
    if (finished.length > 0) this.#send(finished)
  }

  /** Makes the sampling decision unless it has been made. */
  decide(): void {
    if (this.priority === UNDECIDED) this.runtime.sampler.decide(this)
  }

  /** A decision by the user; it overrides any other, also one that came from upstream. */
  decideManually(keep: boolean): void {
    this.setDecision(keep ? USER_KEEP : USER_REJECT, MECHANISM_MANUAL, true)
    this.ruleRate = this.limitRate = this.agentRate = -1
    this.probability = NOT_BY_CHANCE
    // The rate that travels along was not what decided.
    if (this.propagated !== undefined) delete this.propagated['_dd.p.ksr']
  }

  /**
   * Sets priority and `_dd.p.dm`. The decision maker is kept when it came from upstream, unless `replace`;
   * it is cleared when the trace is dropped.
   */
  setDecision(priority: number, mechanism: number, replace = false): void {
    this.priority = priority
    this.outgoing = undefined
    if (priority > 0) {
      this.propagated ??= {}
      if (replace || this.propagated['_dd.p.dm'] === undefined) this.propagated['_dd.p.dm'] = `-${mechanism}`
    } else if (this.propagated !== undefined) {
      delete this.propagated['_dd.p.dm']
    }
  }

  toTraceId(hex: boolean): string {
    return hex
      ? toHex(this.upperHi, this.upperLo) + toHex(this.traceHi, this.traceLo)
      : toDecimal(this.traceHi, this.traceLo)
  }

  #send(spans: SpanRecord[]): void {
    if (this.recording) {
      this.decide()
      this.runtime.sink.add(this, spans)
    }
    // Sockets and pools of the application can hold a finished span for hours: leave it light.
    for (const span of spans) span.release()
  }

  #letOldestGo(): void {
    const kept: SpanRecord[] = []
    let toGo = MAX_OPEN_SPANS >> 1
    for (const span of this.spans) {
      if (span.durationMs < 0 && toGo > 0) {
        span.detached = true
        this.openCount--
        toGo--
      } else kept.push(span)
    }
    this.spans = kept
    this.runtime.onOpenSpansDetached(MAX_OPEN_SPANS >> 1)
  }
}

/** Returns the traces of this process that have open spans. */
export function openTraces(): LocalTrace[] {
  // Only `LocalTrace.opened` enters traces.
  return listedTraces() as LocalTrace[]
}
