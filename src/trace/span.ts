/** A span: one timed operation. A plain class whose fields are all assigned in one order, for the engine's sake. */

import { toDecimal, toHex } from '../std/u64'
import { addErrorTags, isErrorLike } from './error-tags'
import { describeException, HAS_EXCEPTION } from './exception-event'
import type { LocalTrace, SpanRecord } from './local-trace'
import type { RemoteContext } from './remote-context'
import type { Site, Tags } from './site'
import { type Attributes, type SpanEvent, type SpanLink, toEvent, toLink, toPointer } from './span-extras'
import { setSpanTag } from './tags'

/** Anything a span can be a child of, or be linked to. */
export type SpanContext = Span | RemoteContext

const RELEASED: Tags = Object.freeze({})

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

  /** A span is its own context. */
  context(): this {
    return this
  }

  /** The tracer that made the span. */
  tracer(): unknown {
    return (globalThis as Record<symbol, unknown>)[Symbol.for('tracer.instance')]
  }

  /** Decimal text of the lower 64 bits of the trace id, or 32 hex digits of all 128. */
  toTraceId(hex = false): string {
    return this.trace.toTraceId(hex)
  }

  /** Decimal text of the span id, or 16 hex digits. */
  toSpanId(hex = false): string {
    return hex ? toHex(this.idHi, this.idLo) : toDecimal(this.idHi, this.idLo)
  }

  /** W3C `traceparent`; makes the sampling decision, since it carries it. */
  toTraceparent(): string {
    this.trace.decide()
    return `00-${this.toTraceId(true)}-${this.toSpanId(true)}-${this.trace.priority > 0 ? '01' : '00'}`
  }

  setOperationName(name: string): this {
    this.name = String(name)
    return this
  }

  /** Sets a tag of any JavaScript type; see `tags.ts` for what becomes of it. */
  setTag(key: string, value: unknown): this {
    if (this.tags !== RELEASED) setSpanTag(this, key, value)
    return this
  }

  /** Sets every own property of a plain object as a tag; anything else is ignored. */
  addTags(tags: Record<string, unknown>): this {
    if (typeof tags !== 'object' || tags === null || Array.isArray(tags) || this.tags === RELEASED)
      return this
    for (const key of Object.keys(tags)) setSpanTag(this, key, tags[key])
    return this
  }

  /** Marks the span as failed and records type, message and stack of any thrown value. */
  setError(error: unknown): this {
    if (this.tags !== RELEASED) addErrorTags(this, error)
    return this
  }

  /** The span went wrong with `error`, unless an error with details has been recorded before. */
  setErrorOnce(error: unknown): void {
    if (this.tags === RELEASED || this.tags['error.type'] !== undefined) return
    if (isErrorLike(error) || typeof error !== 'boolean') addErrorTags(this, error)
    else if (error) this.error = 1
  }

  /**
   * Records an error that was handled: as the event `exception`, and the span is not marked as failed. `attributes` win
   * over those of the error.
   */
  recordException(error: unknown, attributes?: Attributes): this {
    if (this.durationMs >= 0) return this
    this.tags[HAS_EXCEPTION] = 'true'
    return this.addEvent('exception', describeException(error, attributes))
  }

  addLink(link: { context: SpanContext; attributes?: Attributes }): this {
    const made = toLink(link)
    if (made !== undefined && this.durationMs < 0) {
      this.links ??= []
      this.links.push(made)
    }
    return this
  }

  addLinks(links: { context: SpanContext; attributes?: Attributes }[]): this {
    if (Array.isArray(links)) for (const link of links) this.addLink(link)
    return this
  }

  /** A link to something that is not a span: an object in a store, by a hash of its name and version. */
  addSpanPointer(kind: string, direction: string, hash: string): this {
    if (this.durationMs < 0) {
      this.links ??= []
      this.links.push(toPointer(kind, direction, hash))
    }
    return this
  }

  /** Adds an event at `timeMs` (epoch, default now); the second argument may be the time. */
  addEvent(name: string, attributesOrTime?: Attributes | number, timeMs?: number): this {
    if (this.durationMs < 0) {
      const time = typeof attributesOrTime === 'number' ? attributesOrTime : timeMs
      const ticks = time === undefined ? performance.now() : this.ticksOf(time)
      this.events ??= []
      this.events.push(toEvent(name, attributesOrTime, ticks))
    }
    return this
  }

  setBaggageItem(key: string, value: string): this {
    this.baggage = { ...this.baggage, [key]: String(value) }
    return this
  }

  getBaggageItem(key: string): string | undefined {
    return this.baggage?.[key]
  }

  /** All items as JSON text. */
  getAllBaggageItems(): string {
    return JSON.stringify(this.baggage ?? {})
  }

  removeBaggageItem(key: string): this {
    if (this.baggage !== undefined) {
      const { [key]: _removed, ...rest } = this.baggage
      this.baggage = rest
    }
    return this
  }

  removeAllBaggageItems(): this {
    this.baggage = undefined
    return this
  }

  /** Ends the span, at `timeMs` (epoch) or now. Only the first call counts. */
  finish(timeMs?: number): void {
    if (this.durationMs >= 0) return
    const end = timeMs === undefined ? performance.now() : this.ticksOf(timeMs)
    this.durationMs = end > this.startTicks ? end - this.startTicks : 0
    this.trace.closed(this)
  }

  /** Ticks of a time that a user gave as epoch ms; now, when it is not a usable time. */
  ticksOf(timeMs: unknown): number {
    const time = typeof timeMs === 'number' ? timeMs : Number.parseFloat(String(timeMs))
    if (!(time > 0) || time === Number.POSITIVE_INFINITY) return performance.now()
    return this.trace.anchorTicks + (time - this.trace.anchorMs)
  }

  /** The span has been exported: lets go of everything that a late holder of it does not need. */
  release(): void {
    this.tags = RELEASED
    this.events = undefined
    this.links = undefined
  }

  // OpenTracing leftovers that existing code calls.
  log(): this {
    return this
  }
  logEvent(): void {}
}
