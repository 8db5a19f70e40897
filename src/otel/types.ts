/**
 * The types of `@opentelemetry/api` that the bridge uses, written out, because an application need not have that
 * package. A test assigns these types to those of the package, in its oldest and its newest version.
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
  get(key: string): string | undefined
  set(key: string, value: string): OtelTraceState
  unset(key: string): OtelTraceState
  serialize(): string
}

/** Ids and flags of a span, in hexadecimal digits. */
export interface OtelSpanContext {
  traceId: string
  spanId: string
  isRemote?: boolean
  traceFlags: number
  traceState?: OtelTraceState
}

/** A link to another span. */
export interface OtelLink {
  context: OtelSpanContext
  attributes?: OtelAttributes
  droppedAttributesCount?: number
}

/** Whether the operation of a span succeeded. */
export interface OtelSpanStatus {
  /** 0 unset, 1 OK, 2 error. */
  code: number
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
  spanContext(): OtelSpanContext
  setAttribute(key: string, value: unknown): this
  setAttributes(attributes: OtelAttributes): this
  addEvent(name: string, attributesOrTime?: OtelAttributes | OtelTimeInput, time?: OtelTimeInput): this
  addLink(link: OtelLink): this
  addLinks(links: OtelLink[]): this
  setStatus(status: OtelSpanStatus): this
  updateName(name: string): this
  end(time?: OtelTimeInput): void
  isRecording(): boolean
  recordException(exception: OtelException, time?: OtelTimeInput): void
}

/** Options of `startSpan` and `startActiveSpan`. */
export interface OtelSpanOptions {
  /** 0 internal, 1 server, 2 client, 3 producer, 4 consumer. */
  kind?: number
  attributes?: OtelAttributes
  links?: OtelLink[]
  startTime?: OtelTimeInput
  /** True: the span begins a new trace, whatever the context has. */
  root?: boolean
}

/** An immutable set of values that belong to running code, such as the active span and baggage. */
export interface OtelContext {
  getValue(key: symbol): unknown
  setValue(key: symbol, value: unknown): OtelContext
  deleteValue(key: symbol): OtelContext
}

type SpanFunction = (span: OtelSpan) => unknown

/** Starts spans for one instrumentation scope. */
export interface OtelTracer {
  startSpan(name: string, options?: OtelSpanOptions, context?: OtelContext): OtelSpan
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
  active(): OtelContext
  with<A extends unknown[], F extends (...args: A) => ReturnType<F>>(
    context: OtelContext,
    fn: F,
    thisArg?: ThisParameterType<F>,
    ...args: A
  ): ReturnType<F>
  bind<T>(context: OtelContext, target: T): T
  enable(): this
  disable(): this
}

/** The value of one item of baggage. */
export interface OtelBaggageEntry {
  value: string
}

/** An immutable set of baggage items. */
export interface OtelBaggage {
  getEntry(key: string): OtelBaggageEntry | undefined
  getAllEntries(): [string, OtelBaggageEntry][]
  setEntry(key: string, entry: OtelBaggageEntry): OtelBaggage
  removeEntry(key: string): OtelBaggage
  removeEntries(...keys: string[]): OtelBaggage
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
  inject(context: OtelContext, carrier: unknown, setter: OtelTextMapSetter): void
  extract(context: OtelContext, carrier: unknown, getter: OtelTextMapGetter): OtelContext
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
  /** Resource of the spans; its `service.name` becomes their service. */
  resource?: OtelResource
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
