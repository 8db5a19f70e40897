/**
 * The types of `@opentelemetry/api` that the bridge uses, written out, because an application need not have that
 * package. A test assigns these types to those of the package, in its oldest and its newest version. The file has more
 * than 250 lines since the types refer to each other, and every method has a sentence.
 */

/** Seconds and nanoseconds. */
export type OtelHrTime = [number, number]
/** A time. A number is ms since the epoch, or of `performance.now()` if it is smaller than `performance.timeOrigin`. */
export type OtelTimeInput = OtelHrTime | number | Date

/** Attributes: strings, numbers, booleans and lists of these; null removes an attribute. */
export interface OtelAttributes {
  [name: string]: unknown
}

/** The header `tracestate` as an immutable list of members. */
export interface OtelTraceState {
  /** Returns the value of a member; undefined without one. */
  get(key: string): string | undefined
  /** Returns a list in which `key` has `value`. */
  set(key: string, value: string): OtelTraceState
  /** Returns a list without `key`. */
  unset(key: string): OtelTraceState
  /** Returns the text of the header. */
  serialize(): string
}

/** Ids and flags of a span, in hexadecimal digits. */
export interface OtelSpanContext {
  /** Trace id, 32 hexadecimal digits. */
  traceId: string
  /** Span id, 16 hexadecimal digits. */
  spanId: string
  /** True for a context of another process. */
  isRemote?: boolean
  /** Bit 0: the trace is sampled. */
  traceFlags: number
  /** Members of the header `tracestate`. */
  traceState?: OtelTraceState
}

/** A link to another span. */
export interface OtelLink {
  /** Context of the linked span. */
  context: OtelSpanContext
  /** Attributes of the link. */
  attributes?: OtelAttributes
  /** Number of attributes that were dropped; not used. */
  droppedAttributesCount?: number
}

/** Whether the operation of a span succeeded. */
export interface OtelSpanStatus {
  /** 0 unset, 1 OK, 2 error. */
  code: number
  /** Description of an error. */
  message?: string
}

/** A recorded exception: a string, or an object with a name, a message or a code. */
export type OtelException =
  | string
  | { code: string | number; name?: string; message?: string; stack?: string }
  | { code?: string | number; name?: string; message: string; stack?: string }
  | { code?: string | number; name: string; message?: string; stack?: string }

/** A span of the API; see https://opentelemetry.io/docs/specs/otel/trace/api/#span for its methods. */
export interface OtelSpan {
  /** Returns the ids and flags of the span. */
  spanContext(): OtelSpanContext
  /** Sets an attribute; null removes it. */
  setAttribute(key: string, value: unknown): this
  /** Sets several attributes. */
  setAttributes(attributes: OtelAttributes): this
  /** Adds an event; the time, default now, may also be the second argument. */
  addEvent(name: string, attributesOrTime?: OtelAttributes | OtelTimeInput, time?: OtelTimeInput): this
  /** Links the span to another one. */
  addLink(link: OtelLink): this
  /** Links the span to several others. */
  addLinks(links: OtelLink[]): this
  /** Sets the status. OK is final and removes an error. */
  setStatus(status: OtelSpanStatus): this
  /** Renames the span, which sets its resource. */
  updateName(name: string): this
  /** Ends the span at `time`, default now. Only the first call counts. */
  end(time?: OtelTimeInput): void
  /** Returns whether the span is open and recorded. */
  isRecording(): boolean
  /** Adds the event `exception`, without marking the span as failed. */
  recordException(exception: OtelException, time?: OtelTimeInput): void
}

/** Options of `startSpan` and `startActiveSpan`. */
export interface OtelSpanOptions {
  /** 0 internal, 1 server, 2 client, 3 producer, 4 consumer; default: 0. */
  kind?: number
  /** First attributes of the span; default: none. */
  attributes?: OtelAttributes
  /** Links to other spans; default: none. */
  links?: OtelLink[]
  /** Start of the span; default: now. */
  startTime?: OtelTimeInput
  /** Whether the span begins a new trace, whatever the context has; default: false. */
  root?: boolean
}

/** An immutable set of values that belong to running code, such as the active span and baggage. */
export interface OtelContext {
  /** Returns the value of a key; undefined without one. */
  getValue(key: symbol): unknown
  /** Returns a context in which `key` has `value`. */
  setValue(key: symbol, value: unknown): OtelContext
  /** Returns a context without `key`. */
  deleteValue(key: symbol): OtelContext
}

type SpanFunction = (span: OtelSpan) => unknown

/** Starts spans for one instrumentation scope. */
export interface OtelTracer {
  /** Starts a span under the span of `context`, default: the active one. Does not activate it. */
  startSpan(name: string, options?: OtelSpanOptions, context?: OtelContext): OtelSpan
  /** Starts a span, runs `fn` with it active, and returns the result. `fn` has to end the span. */
  startActiveSpan<F extends SpanFunction>(name: string, fn: F): ReturnType<F>
  startActiveSpan<F extends SpanFunction>(name: string, options: OtelSpanOptions, fn: F): ReturnType<F>
  startActiveSpan<F extends SpanFunction>(
    name: string,
    options: OtelSpanOptions,
    context: OtelContext,
    fn: F,
  ): ReturnType<F>
}

/** Stores the active context and runs functions in another one. */
export interface OtelContextManager {
  /** Returns the active context. */
  active(): OtelContext
  /** Runs `fn` with `context` active, and returns the result. */
  with<A extends unknown[], F extends (...args: A) => ReturnType<F>>(
    context: OtelContext,
    fn: F,
    thisArg?: ThisParameterType<F>,
    ...args: A
  ): ReturnType<F>
  /** Returns `target`, a function or an emitter, such that it runs in `context`. */
  bind<T>(context: OtelContext, target: T): T
  /** Starts to store contexts. */
  enable(): this
  /** Stops to store contexts. */
  disable(): this
}

/** The value of one item of baggage. */
export interface OtelBaggageEntry {
  value: string
}

/** An immutable set of baggage items. */
export interface OtelBaggage {
  /** Returns an item; undefined without one. */
  getEntry(key: string): OtelBaggageEntry | undefined
  /** Returns all items with their keys. */
  getAllEntries(): [string, OtelBaggageEntry][]
  /** Returns baggage in which `key` has `entry`. */
  setEntry(key: string, entry: OtelBaggageEntry): OtelBaggage
  /** Returns baggage without `key`. */
  removeEntry(key: string): OtelBaggage
  /** Returns baggage without `keys`. */
  removeEntries(...keys: string[]): OtelBaggage
  /** Returns baggage without items. */
  clear(): OtelBaggage
}

// A carrier has any shape; only the getter and the setter of the application know it.
/** Writes one header into a carrier of the application. */
export interface OtelTextMapSetter {
  // biome-ignore lint/suspicious/noExplicitAny: what a carrier is, is the application's business
  set(carrier: any, key: string, value: string): void
}

/** Reads headers from a carrier of the application. */
export interface OtelTextMapGetter {
  // biome-ignore lint/suspicious/noExplicitAny: what a carrier is, is the application's business
  keys(carrier: any): string[]
  // biome-ignore lint/suspicious/noExplicitAny: what a carrier is, is the application's business
  get(carrier: any, key: string): undefined | string | string[]
}

/** Writes contexts into headers, and reads contexts from headers. */
export interface OtelPropagator {
  /** Writes the span and baggage of `context` into `carrier`. */
  inject(context: OtelContext, carrier: unknown, setter: OtelTextMapSetter): void
  /** Returns `context` with the span and baggage of `carrier`. */
  extract(context: OtelContext, carrier: unknown, getter: OtelTextMapGetter): OtelContext
  /** Returns the names of the headers that may be read. */
  fields(): string[]
}

/** The program that makes the spans, as attributes. */
export interface OtelResource {
  readonly attributes: OtelAttributes
}

/** Name and version of the library that makes spans or logs. */
export interface OtelInstrumentationScope {
  readonly name: string
  readonly version?: string
  readonly schemaUrl?: string
}

/** A finished span as span processors see it, in the form of the OpenTelemetry SDK. */
export interface OtelReadableSpan {
  readonly name: string
  readonly kind: number
  spanContext(): OtelSpanContext
  readonly parentSpanContext?: OtelSpanContext
  readonly parentSpanId?: string
  readonly startTime: OtelHrTime
  readonly endTime: OtelHrTime
  readonly duration: OtelHrTime
  readonly ended: boolean
  readonly status: OtelSpanStatus
  readonly attributes: OtelAttributes
  readonly links: OtelLink[]
  readonly events: { name: string; time: OtelHrTime; attributes?: OtelAttributes }[]
  readonly resource: OtelResource
  readonly instrumentationScope: OtelInstrumentationScope
  readonly droppedAttributesCount: number
  readonly droppedEventsCount: number
  readonly droppedLinksCount: number
}

/**
 * A span processor of the application. Parameters are `any`, since processors are written against the SDK's own
 * classes.
 */
export interface OtelSpanProcessor {
  // biome-ignore lint/suspicious/noExplicitAny: a processor is written against the SDK's class
  onStart(span: any, parentContext: any): void
  // biome-ignore lint/suspicious/noExplicitAny: a processor is written against the SDK's class
  onEnd(span: any): void
  forceFlush(): Promise<void>
  shutdown(): Promise<void>
}

/** Options of `new tracer.TracerProvider()`. */
export interface OtelProviderOptions {
  /** Resource of the spans, whose `service.name` becomes their service; default: the service of the tracer. */
  resource?: OtelResource
  /** Span processors, called for each span that is made through the API; default: none. */
  spanProcessors?: OtelSpanProcessor[]
}

/** Options of `TracerProvider.register()`. */
export interface OtelRegistration {
  /** Propagator to register; default: the tracer's header formats; null = none is registered. */
  propagator?: OtelPropagator | null
  /** Context manager that stores the contexts; default: the tracer's own; null = none is registered. */
  contextManager?: OtelContextManager | null
}

/** Makes tracers, and becomes the implementation behind `@opentelemetry/api`. */
export interface OtelTracerProvider {
  /** Returns the tracer for an instrumentation scope. */
  getTracer(name: string, version?: string, options?: { schemaUrl?: string }): OtelTracer
  /** Becomes the provider, context manager and propagator of `@opentelemetry/api`, in all its copies. */
  register(options?: OtelRegistration): void
  /** Resolves when all finished spans have been sent. */
  forceFlush(): Promise<void>
  /** Stops making spans, and resolves when all finished spans have been sent. */
  shutdown(): Promise<void>
}

/** The class `tracer.TracerProvider`. */
export type OtelTracerProviderConstructor = new (options?: OtelProviderOptions) => OtelTracerProvider
