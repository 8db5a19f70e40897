/**
 * A span: one timed operation. V8 is fast on a class whose fields are all assigned in the constructor, in one order.
 */

import { toDecimal, toHex } from '../std/u64'
import { addErrorTags, isErrorLike } from './error-tags'
import { describeException, HAS_EXCEPTION } from './exception-event'
import type { LocalTrace, SpanRecord } from './local-trace'
import type { Attributes } from './public'
import type { RemoteContext } from './remote-context'
import type { Site, Tags } from './site'
import { type LinkedContext, type SpanEvent, type SpanLink, toEvent, toLink, toPointer } from './span-extras'
import { setSpanTag } from './tags'

/** A context that a span can be a child of or link to: a span of this process, or a context of another. */
export type SpanContext = Span | RemoteContext

/** The tags of every span that has been exported. */
const RELEASED: Tags = Object.freeze({})

/** A span as the tracer makes it; applications see its public methods as the interface `Span` of `types.ts`. */
export class Span implements SpanRecord {
  // The meaning of the fields stands on `SpanRecord`. The ids come first: native readers find them at a fixed offset.
  readonly idHi: number
  readonly idLo: number
  parentHi: number
  parentLo: number
  readonly trace: LocalTrace
  site: Site
  name: string
  service: string
  resource: string
  type: string
  parentService: string | undefined
  tags: Tags
  error: 0 | 1
  startTicks: number
  durationMs: number
  events: SpanEvent[] | undefined
  links: SpanLink[] | undefined
  /** Legacy OpenTracing baggage, shared with the parent until written to. */
  baggage: Record<string, string> | undefined
  detached: boolean

  constructor(
    idHi: number,
    idLo: number,
    trace: LocalTrace,
    site: Site,
    service: string,
    tags: Tags,
    startTicks: number,
  ) {
    this.idHi = idHi
    this.idLo = idLo
    this.parentHi = 0
    this.parentLo = 0
    this.trace = trace
    this.site = site
    this.name = site.name
    this.service = service
    this.resource = ''
    this.type = site.type
    this.parentService = undefined
    this.tags = tags
    this.error = 0
    this.startTicks = startTicks
    this.durationMs = -1
    this.events = undefined
    this.links = undefined
    this.baggage = undefined
    this.detached = false
  }

  /** Returns the span itself, which is its own context. */
  context(): this {
    return this
  }

  /** Returns the tracer that made the span. */
  tracer(): unknown {
    return (globalThis as Record<symbol, unknown>)[Symbol.for('tracer.instance')]
  }

  /** Returns the trace id: decimal text of the lower 64 bits, or 32 hex digits of all 128. */
  toTraceId(hex = false): string {
    return this.trace.toTraceId(hex)
  }

  /** Returns the span id: decimal text, or 16 hex digits. */
  toSpanId(hex = false): string {
    return hex ? toHex(this.idHi, this.idLo) : toDecimal(this.idHi, this.idLo)
  }

  /** Returns the header `traceparent` (W3C Trace Context). Makes the sampling decision, which the header contains. */
  toTraceparent(): string {
    this.trace.decide()
    return `00-${this.toTraceId(true)}-${this.toSpanId(true)}-${this.trace.priority > 0 ? '01' : '00'}`
  }

  /** Replaces the operation name. */
  setOperationName(name: string): this {
    this.name = String(name)
    return this
  }

  /**
   * Sets a tag to a value of any type, which `tags.ts` turns into text or a number. Does nothing once the span was
   * sent.
   */
  setTag(key: string, value: unknown): this {
    if (this.tags !== RELEASED) setSpanTag(this, key, value)
    return this
  }

  /** Sets every own property of an object as a tag; arrays and other values are ignored. */
  addTags(tags: Record<string, unknown>): this {
    if (typeof tags !== 'object' || tags === null || Array.isArray(tags) || this.tags === RELEASED)
      return this
    for (const key of Object.keys(tags)) setSpanTag(this, key, tags[key])
    return this
  }

  /** Marks the span as failed and records type, message and stack of `error`, which may be any thrown value. */
  setError(error: unknown): this {
    if (this.tags !== RELEASED) addErrorTags(this, error)
    return this
  }

  setErrorOnce(error: unknown): void {
    if (this.tags === RELEASED || this.tags['error.type'] !== undefined) return
    if (isErrorLike(error) || typeof error !== 'boolean') addErrorTags(this, error)
    else if (error) this.error = 1
  }

  /**
   * Records a handled error as the event `exception`, without marking the span as failed. `attributes` win over those
   * of the error.
   */
  recordException(error: unknown, attributes?: Attributes): this {
    if (this.durationMs >= 0) return this
    this.tags[HAS_EXCEPTION] = 'true'
    return this.addEvent('exception', describeException(error, attributes))
  }

  /** Links this span to another one, which may be in another trace. */
  addLink(link: { context: LinkedContext; attributes?: Attributes }): this {
    const made = toLink(link)
    if (made !== undefined && this.durationMs < 0) {
      this.links ??= []
      this.links.push(made)
    }
    return this
  }

  /** Links this span to several others. */
  addLinks(links: { context: LinkedContext; attributes?: Attributes }[]): this {
    if (Array.isArray(links)) for (const link of links) this.addLink(link)
    return this
  }

  /**
   * Links this span to something that is not a span, such as an object in a store, by a hash of its name and version.
   */
  addSpanPointer(kind: string, direction: string, hash: string): this {
    if (this.durationMs < 0) {
      this.links ??= []
      this.links.push(toPointer(kind, direction, hash))
    }
    return this
  }

  /** Adds an event at `timeMs` (ms since the epoch, default now); the time may also be the second argument. */
  addEvent(name: string, attributesOrTime?: Attributes | number, timeMs?: number): this {
    if (this.durationMs < 0) {
      const time = typeof attributesOrTime === 'number' ? attributesOrTime : timeMs
      const ticks = time === undefined ? performance.now() : this.ticksOf(time)
      this.events ??= []
      this.events.push(toEvent(name, attributesOrTime, ticks))
    }
    return this
  }

  /** Sets an item of legacy OpenTracing baggage, which later children and outgoing requests carry along. */
  setBaggageItem(key: string, value: string): this {
    this.baggage = { ...this.baggage, [key]: String(value) }
    return this
  }

  /** Returns an item of legacy baggage; undefined without one. */
  getBaggageItem(key: string): string | undefined {
    return this.baggage?.[key]
  }

  /** Returns all items of legacy baggage as JSON text. */
  getAllBaggageItems(): string {
    return JSON.stringify(this.baggage ?? {})
  }

  /** Removes an item of legacy baggage. */
  removeBaggageItem(key: string): this {
    if (this.baggage !== undefined) {
      const { [key]: _removed, ...rest } = this.baggage
      this.baggage = rest
    }
    return this
  }

  /** Removes all items of legacy baggage. */
  removeAllBaggageItems(): this {
    this.baggage = undefined
    return this
  }

  /** Finishes the span at `timeMs` (ms since the epoch) or now. Only the first call counts. */
  finish(timeMs?: number): void {
    if (this.durationMs >= 0) return
    const end = timeMs === undefined ? performance.now() : this.ticksOf(timeMs)
    this.durationMs = end > this.startTicks ? end - this.startTicks : 0
    this.trace.closed(this)
  }

  /** Returns the ticks of a time in ms since the epoch; those of now, if `timeMs` is no usable time. */
  ticksOf(timeMs: unknown): number {
    const time = typeof timeMs === 'number' ? timeMs : Number.parseFloat(String(timeMs))
    if (!(time > 0) || time === Number.POSITIVE_INFINITY) return performance.now()
    return this.trace.anchorTicks + (time - this.trace.anchorMs)
  }

  release(): void {
    this.tags = RELEASED
    this.events = undefined
    this.links = undefined
  }

  // Methods of OpenTracing that do nothing; existing code calls `log` and `logEvent`.
  log(): this {
    return this
  }
  logEvent(): void {}
}
