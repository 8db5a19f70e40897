/**
 * The public types of spans: the methods that applications call. The class `Span` (span.ts) has more, for the tracer
 * itself.
 */

/** A value of an attribute of a span event or span link. */
export type AttributeValue = string | number | boolean

/** Attributes of a span event or span link, by name. */
export type Attributes = Record<string, AttributeValue | AttributeValue[]>

/** The identity of a span: of this process (`span.context()`), or of another one (`tracer.extract()`). */
export interface SpanContext {
  /**
   * Returns the lower 64 bits of the trace id in decimal digits; with `true`, all 128 bits as 32 hexadecimal digits.
   */
  toTraceId(hex?: boolean): string
  /** Returns the span id in decimal digits; with `true`, as 16 hexadecimal digits. */
  toSpanId(hex?: boolean): string
  /** Returns the W3C header `traceparent`. Makes the sampling decision of the trace, since the header carries it. */
  toTraceparent(): string
}

/** A span to link to, and attributes of the link. */
export interface SpanLinkOptions {
  context: SpanContext
  attributes?: Attributes
}

/** One timed operation. Made by `tracer.trace()`, `tracer.wrap()` and `tracer.startSpan()`. */
export interface Span extends SpanContext {
  /** Returns the identity of the span, for `childOf`, links and `tracer.inject()`. */
  context(): SpanContext
  /** Returns the tracer that made the span. */
  tracer(): unknown
  /** Renames the operation. */
  setOperationName(name: string): this
  /** Sets a tag. Values of any type are taken; objects become one tag for each of their members. */
  setTag(key: string, value: unknown): this
  /** Sets a tag for each own property of a plain object. */
  addTags(tags: Record<string, unknown>): this
  /** Marks the span as failed, and records type, message and stack of the error; any thrown value is taken. */
  setError(error: unknown): this
  /**
   * Records an error that was handled as the event `exception`; the span is not marked as failed. `attributes` win over
   * those of the error.
   */
  recordException(error: unknown, attributes?: Attributes): this
  /** Adds an event at `timeMs` (ms since the epoch, default now); the second argument may be the time. */
  addEvent(name: string, attributesOrTime?: Attributes | number, timeMs?: number): this
  /** Links to another span, which need not be of the same trace. */
  addLink(link: SpanLinkOptions): this
  /** Links to several other spans. */
  addLinks(links: SpanLinkOptions[]): this
  /** Links to something that is not a span: an object in a store, by a hash of its name and version. */
  addSpanPointer(kind: string, direction: string, hash: string): this
  /** Sets an item of OpenTracing baggage, which children of the span inherit. */
  setBaggageItem(key: string, value: string): this
  /** Returns an item of OpenTracing baggage. */
  getBaggageItem(key: string): string | undefined
  /** Returns all items of OpenTracing baggage as JSON text. */
  getAllBaggageItems(): string
  /** Removes an item of OpenTracing baggage. */
  removeBaggageItem(key: string): this
  /** Removes all items of OpenTracing baggage. */
  removeAllBaggageItems(): this
  /** Ends the span, at `timeMs` (ms since the epoch) or now. Only the first call counts. */
  finish(timeMs?: number): void
  /** Does nothing. Kept for code that was written for OpenTracing. */
  log(): this
  /** Does nothing. Kept for code that was written for OpenTracing. */
  logEvent(): void
}

/** Options of `tracer.startSpan()`. */
export interface SpanOptions {
  /** Parent of the span; null begins a new trace. Default: none for `startSpan()`, the active span for `trace()`. */
  childOf?: SpanContext | null
  /** OpenTracing references; the first one is the parent, where `childOf` is not set. */
  references?: readonly { referencedContext(): SpanContext }[]
  /** Start of the span in ms since the epoch, with fraction. Default: now. */
  startTime?: number
  /** Tags, with values of any type. Default: none. */
  tags?: Record<string, unknown>
  /** Links to other spans. Default: none. */
  links?: SpanLinkOptions[]
  /** Value of the tag `_dd.integration`. Default: `opentracing`. */
  integrationName?: string
}

/** Options of `tracer.trace()` and `tracer.wrap()`. */
export interface TraceOptions extends SpanOptions {
  /** What the operation works on: `GET /users/:id`. Default: the name of the span. */
  resource?: string
  /** Service of the span. Default: the service of the tracer. */
  service?: string
  /** Type of the span: `web`, `sql`, `http` and others. Default: none. */
  type?: string
  /** Whether the agent computes statistics for the span. Default: true. */
  measured?: boolean
}

/** A function to trace. With two parameters, it ends its span by calling the second one. */
export type TracedFunction<Result> = (span: Span, done: (error?: unknown) => void) => Result

/** The active span, for applications that set it by hand: `tracer.scope()`. */
export interface Scope {
  /** Returns the active span, or null. */
  active(): Span | null
  /** Runs `fn` with `span` active; null = with none. An error that `fn` throws is recorded on the span. */
  activate<Result>(span: Span | null | undefined, fn: (...args: unknown[]) => Result): Result
  /** Returns a function that runs `fn` with `span` active: undefined = the span that is active now, null = none. */
  bind<F extends (...args: never[]) => unknown>(fn: F, span?: Span | null): F
}

/** Ids of a span of any tracer, in OpenTelemetry's form. */
export interface SpanIds {
  /** 32 hexadecimal digits. */
  traceId: string
  /** 16 hexadecimal digits. */
  spanId: string
  /** Bit 0: sampled. */
  traceFlags: number
}

/** A log record as an application hands it to `tracer.logs.emit()`. */
export interface LogEntry {
  /** The message; a value that is not text keeps its type. */
  body?: unknown
  /**
   * `debug`, `info`, `warn`, `error` and others, or a severity number of OpenTelemetry, 1 to 24. Default: not stated.
   */
  severity?: string | number
  /** Attributes of the record, by name. Default: none. */
  attributes?: Record<string, unknown>
  /** An error that becomes the attributes `exception.type`, `exception.message` and `exception.stacktrace`. */
  error?: unknown
  /** Time in ms since the epoch, a date, or seconds and nanoseconds since the epoch. Default: now. */
  timestamp?: number | Date | readonly [seconds: number, nanoseconds: number]
  /** The span that the record belongs to. Default: the active span; null for none. */
  span?: SpanContext | SpanIds | null
  /** A name that makes the record an event. Default: none. */
  eventName?: string
}
