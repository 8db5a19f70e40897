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

/** The part of the class `Span` that its trace, samplers, exporters and profilers use. */
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
  /** Called when a trace had too many open spans and dropped `count` open spans from its list. */
  onOpenSpansDetached(count: number): void
}

/** The empty list of all traces without spans; never written to. */
const NOTHING: SpanRecord[] = []

/** Called with each finished span, while it still has its tags; undefined without listeners, which costs one check. */
let onClosed: ((span: SpanRecord) => void) | undefined

const listeners: ((span: SpanRecord) => void)[] = []

/**
 * Calls `listener` with each span that finishes, while it still has its tags, until the returned function is called.
 * `listener` must not throw.
 */
export function followClosed(listener: (span: SpanRecord) => void): () => void {
  listeners.push(listener)
  setOnClosed()
  return () => {
    const at = listeners.indexOf(listener)
    if (at >= 0) listeners.splice(at, 1)
    setOnClosed()
  }
}

function setOnClosed(): void {
  const all = [...listeners]
  const callAll = (span: SpanRecord): void => {
    for (const listener of all) listener(span)
  }
  onClosed = all.length < 2 ? all[0] : callAll
}

/**
 * The server request behind the local root span. process-end.ts ends it by this interface, so that status and route
 * are recorded.
 */
export interface ServerRequest {
  readonly span: SpanRecord
  /** Records that handling the request has failed with `error`. */
  fail(error: unknown): void
  /** Finishes the span with what is known of the response, since the process ends now. */
  finishAtExit(): void
}

/**
 * Most open spans in the list of one trace. Beyond it the oldest half is dropped; each is added again when it
 * finishes.
 */
export const MAX_OPEN_SPANS = 10_000

/** The spans of one trace in this process, with what they have in common. */
export class LocalTrace {
  readonly runtime: TraceRuntime
  /** Wall clock and monotonic clock in ms, read together: every time in the trace is relative to this moment. */
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
  /** Number of open spans in `spans`. */
  openCount: number

  priority: number
  /** Rates that led to the decision, -1 where unknown: `_dd.rule_psr`, `_dd.limit_psr`, `_dd.agent_psr`. */
  ruleRate: number
  limitRate: number
  agentRate: number
  /** Rate in (0, 1] by which chance decided; `INHERITED` or `NOT_BY_CHANCE` (propagation/probability.ts) otherwise. */
  probability: number
  origin: string | undefined
  /** `_dd.p.*` tags except `_dd.p.tid`; never shared with a remote context. */
  propagated: Record<string, string> | undefined
  /** The context that this trace continues, for the fields that only header formats need. */
  remote: RemoteContext | undefined
  /** Tags for the first span of each chunk, such as `baggage.user.id`. */
  chunkTags: Record<string, string> | undefined
  /** Header texts of this trace; code that changes ids, decision, origin or tags must set this to undefined. */
  outgoing: OutgoingHeaders | undefined
  /** False for filtered requests: no span of this trace is exported. */
  recording: boolean

  /** Neighbours in the list of traces that hold finished spans (waiting.ts). */
  newer: WaitingTrace | undefined
  older: WaitingTrace | undefined
  /** When this trace was added to that list, in ticks; 0 = not in it. */
  waitingSince: number
  /** Index in the list of traces with open spans (open-traces.ts); -1 = not in it. */
  openIndex: number
  /** The server request behind `root`; undefined once the request is over. */
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

  /** Takes ids, sampling decision, origin and propagated tags from the context of another service. */
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

  /** Adds a span that has started. */
  opened(span: SpanRecord): void {
    if (this.openCount >= MAX_OPEN_SPANS) this.#detachOldest()
    if (this.spans === NOTHING) this.spans = [span]
    else this.spans.push(span)
    if (++this.openCount === 1) addOpenTrace(this)
  }

  /**
   * Counts a span that has finished. Sends all spans with the last open one, or the finished ones if there are many.
   */
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

  /** Keeps or drops the trace by the application's decision, which overrides any other, also one from upstream. */
  decideManually(keep: boolean): void {
    this.setDecision(keep ? USER_KEEP : USER_REJECT, MECHANISM_MANUAL, true)
    this.ruleRate = this.limitRate = this.agentRate = -1
    this.probability = NOT_BY_CHANCE
    // The propagated sampling rate did not make this decision.
    if (this.propagated !== undefined) delete this.propagated['_dd.p.ksr']
  }

  /**
   * Sets priority and decision maker (`_dd.p.dm`). A decision maker from upstream is kept, unless `replace`; a dropped
   * trace has none.
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

  /** Returns 32 hex digits of the whole trace id, or decimal text of the lower 64 bits. */
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
    // Sockets and pools of the application can hold a finished span for hours: it must not hold its tags so long.
    for (const span of spans) span.release()
  }

  #detachOldest(): void {
    const kept: SpanRecord[] = []
    let toDetach = MAX_OPEN_SPANS >> 1
    for (const span of this.spans) {
      if (span.durationMs < 0 && toDetach > 0) {
        span.detached = true
        this.openCount--
        toDetach--
      } else kept.push(span)
    }
    this.spans = kept
    this.runtime.onOpenSpansDetached(MAX_OPEN_SPANS >> 1)
  }
}

/** Returns the traces of this process that have open spans. */
export function openTraces(): LocalTrace[] {
  // Only `LocalTrace.opened` adds traces.
  return listedTraces() as LocalTrace[]
}
