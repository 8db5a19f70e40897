/**
 * An OpenTelemetry span: the methods of the API on a span of this tracer, which holds all that is recorded. A span
 * that an integration or `tracer.startSpan` made gets one when the application asks the API for the active span.
 */

import { fence, reportFailure } from '../core/fence'
import type { SpanKind } from '../trace/site'
import type { Span } from '../trace/span'
import { toEvent } from '../trace/span-extras'
import { attributesOf, setAttribute } from './attributes'
import { recordException } from './exception'
import { NAMING_KEYS, operationName } from './operation-name'
import { ownerOf, spanContextOf } from './span-context'
import { between, toHrTime, toTicks } from './time'
import { TraceState } from './trace-state'
import type {
  OtelAttributes,
  OtelException,
  OtelHrTime,
  OtelLink,
  OtelSpan,
  OtelSpanContext,
  OtelSpanStatus,
  OtelTimeInput,
} from './types'

/** Span kinds by the numbers of the API's enumeration `SpanKind`. */
export const KINDS: readonly SpanKind[] = ['internal', 'server', 'client', 'producer', 'consumer']

const OK = 1
const ERROR = 2
const CAUSE = 'opentelemetry span'

/** Called when a span ends, before its trace is sent. */
export interface SpanWatcher {
  ended(span: BridgeSpan): void
}

/** A span of the API over a span of this tracer. */
export class BridgeSpan implements OtelSpan {
  readonly span: Span
  readonly kind: number
  /** Calls the span processors; undefined without any, the usual case. */
  readonly watcher: SpanWatcher | undefined
  /** Start time that the application passed; undefined if it passed none. */
  readonly givenStart: OtelHrTime | undefined
  /** Attributes with their original types, for span processors. */
  given: OtelAttributes | undefined
  statusCode: number
  statusMessage: string | undefined
  context: OtelSpanContext | undefined
  /** True once `operation.name` was set: other attributes do not change the operation name any more. */
  named: boolean

  constructor(span: Span, kind: number, givenStart?: OtelHrTime, watcher?: SpanWatcher) {
    this.span = span
    this.kind = kind
    this.watcher = watcher
    this.givenStart = givenStart
    this.given = watcher === undefined ? undefined : {}
    this.statusCode = 0
    this.statusMessage = undefined
    this.context = undefined
    this.named = false
  }

  /** The resource, which OpenTelemetry calls the name of a span. */
  get name(): string {
    return this.span.resource || this.span.name
  }

  /** All tags of the span, as attributes. */
  get attributes(): OtelAttributes {
    return { ...attributesOf(this.span), ...this.given }
  }

  get links(): OtelLink[] {
    return (this.span.links ?? []).map(({ traceId, spanId, flags, tracestate, attributes }) => ({
      context: { traceId, spanId, traceFlags: flags ?? 0, ...traceStateOf(tracestate) },
      ...(attributes === undefined ? undefined : { attributes }),
    }))
  }

  get status(): OtelSpanStatus {
    const { statusCode: code, statusMessage: message } = this
    return message === undefined ? { code } : { code, message }
  }

  spanContext(): OtelSpanContext {
    this.context ??= spanContextOf(this.span)
    return this.context
  }

  isRecording(): boolean {
    return this.span.durationMs < 0
  }

  setAttribute(key: string, value: unknown): this {
    if (this.span.durationMs >= 0) return this
    if (key === 'operation.name') {
      if (typeof value !== 'string' || value === '') return this
      this.span.name = value
      this.named = true
    } else {
      setAttribute(this.span, key, value)
      if (!this.named && NAMING_KEYS.has(key)) this.#nameOperation()
    }
    if (this.given !== undefined) this.given[key] = value
    return this
  }

  setAttributes(attributes: OtelAttributes): this {
    if (typeof attributes !== 'object' || attributes === null) return this
    try {
      for (const key in attributes)
        if (Object.hasOwn(attributes, key)) this.setAttribute(key, attributes[key])
    } catch (error) {
      reportFailure(CAUSE, error)
    }
    return this
  }

  addEvent(name: string, attributesOrTime?: OtelAttributes | OtelTimeInput, time?: OtelTimeInput): this {
    if (this.span.durationMs >= 0) return this
    fence(CAUSE, () => {
      const isTime = toHrTime(attributesOrTime) !== undefined
      const at = toHrTime(isTime ? attributesOrTime : time)
      const attributes = isTime || Array.isArray(attributesOrTime) ? undefined : attributesOrTime
      const ticks = at === undefined ? performance.now() : toTicks(this.span.trace, at)
      this.span.events ??= []
      this.span.events.push(toEvent(name, attributes, ticks))
    })
    return this
  }

  addLink(link: OtelLink): this {
    fence(CAUSE, () => {
      const context = ownerOf(link?.context)
      if (context !== undefined) this.span.addLink({ context, attributes: link.attributes as never })
    })
    return this
  }

  addLinks(links: OtelLink[]): this {
    if (Array.isArray(links)) for (const link of links) this.addLink(link)
    return this
  }

  /** Sets the status. OK is final and removes an error; unset changes nothing. */
  setStatus(status: OtelSpanStatus): this {
    const { span } = this
    if (span.durationMs >= 0 || this.statusCode === OK) return this
    fence(CAUSE, () => {
      const { code, message } = status ?? {}
      if (code === OK) {
        span.error = 0
        for (const name of ['error.type', 'error.message', 'error.stack']) span.tags[name] = undefined
        this.statusMessage = undefined
      } else if (code === ERROR) {
        span.error = 1
        this.statusMessage = typeof message === 'string' ? message : undefined
        if (this.statusMessage) span.tags['error.message'] = this.statusMessage
      } else return
      this.statusCode = code
    })
    return this
  }

  updateName(name: string): this {
    if (this.span.durationMs < 0) fence(CAUSE, () => this.span.setTag('resource.name', String(name)))
    return this
  }

  recordException(exception: OtelException, time?: OtelTimeInput): void {
    if (this.span.durationMs >= 0) return
    fence(CAUSE, () =>
      this.addEvent('exception', recordException(this.span, exception, this.statusCode !== OK), time),
    )
  }

  /** Ends the span at `time` or now. Only the first call counts. */
  end(time?: OtelTimeInput): void {
    const { span } = this
    if (span.durationMs >= 0) return
    if (time === undefined && this.watcher === undefined) {
      span.finish()
      return
    }
    const end = toHrTime(time)
    // `finish(ms)` would be less exact: ms since the epoch in a float64 are off by up to 122 ns.
    let durationMs = (end === undefined ? performance.now() : toTicks(span.trace, end)) - span.startTicks
    if (end !== undefined && this.givenStart !== undefined) durationMs = between(this.givenStart, end)
    span.durationMs = durationMs > 0 ? durationMs : 0
    this.watcher?.ended(this)
    span.trace.closed(span)
  }

  #nameOperation(): void {
    this.span.name = operationName(KINDS[this.kind], this.span.tags)
  }
}

function traceStateOf(text: string | undefined): { traceState?: TraceState } | undefined {
  return text === undefined ? undefined : { traceState: new TraceState(text) }
}

/** The API's spans for spans that were not made through the API: the same object at each request. */
const shown = new WeakMap<Span, BridgeSpan>()

/** Returns the API's span for a span that an integration or `tracer.startSpan` made. */
export function bridgeSpanOf(span: Span): BridgeSpan {
  let bridge = shown.get(span)
  if (bridge === undefined) {
    const kind = span.tags['span.kind'] ?? span.site.tags['span.kind']
    bridge = new BridgeSpan(span, Math.max(0, KINDS.indexOf(kind as SpanKind)))
    // The span has an operation name already.
    bridge.named = true
    shown.set(span, bridge)
  }
  return bridge
}
