/**
 * The shapes of `@opentelemetry/api` that the bridge takes and gives, written out: whoever installs this package need not
 * have that one. A test assigns them to the real ones, of its oldest and its newest version.
 */

/** Seconds and nanoseconds. */
export type OtelHrTime = [number, number]
/** A number is ms since the epoch, or of `performance.now()` when it is smaller than `performance.timeOrigin`. */
export type OtelTimeInput = OtelHrTime | number | Date

/** Texts, numbers, booleans and lists of these; null removes an attribute. */
export interface OtelAttributes {
  [name: string]: unknown
}

export interface OtelTraceState {
  get(key: string): string | undefined
  set(key: string, value: string): OtelTraceState
  unset(key: string): OtelTraceState
  serialize(): string
}

export interface OtelSpanContext {
  traceId: string
  spanId: string
  isRemote?: boolean
  traceFlags: number
  traceState?: OtelTraceState
}

export interface OtelLink {
  context: OtelSpanContext
  attributes?: OtelAttributes
  droppedAttributesCount?: number
}

export interface OtelSpanStatus {
  /** 0 unset, 1 OK, 2 error. */
  code: number
  message?: string
}

/** A text, or anything with a name, a message or a code. */
export type OtelException =
  | string
  | { code: string | number; name?: string; message?: string; stack?: string }
  | { code?: string | number; name?: string; message: string; stack?: string }
  | { code?: string | number; name: string; message?: string; stack?: string }

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

export interface OtelSpanOptions {
  /** 0 internal, 1 server, 2 client, 3 producer, 4 consumer. */
  kind?: number
  attributes?: OtelAttributes
  links?: OtelLink[]
  startTime?: OtelTimeInput
  /** True: a new trace, whatever the context holds. */
  root?: boolean
}

export interface OtelContext {
  getValue(key: symbol): unknown
  setValue(key: symbol, value: unknown): OtelContext
  deleteValue(key: symbol): OtelContext
}

type SpanFunction = (span: OtelSpan) => unknown

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

export interface OtelBaggageEntry {
  value: string
}

export interface OtelBaggage {
  getEntry(key: string): OtelBaggageEntry | undefined
  getAllEntries(): [string, OtelBaggageEntry][]
  setEntry(key: string, entry: OtelBaggageEntry): OtelBaggage
  removeEntry(key: string): OtelBaggage
  removeEntries(...keys: string[]): OtelBaggage
  clear(): OtelBaggage
}

// The carrier is of any shape: only the getter and the setter of the application know it.
export interface OtelTextMapSetter {
  // biome-ignore lint/suspicious/noExplicitAny: what a carrier is, is the application's business
  set(carrier: any, key: string, value: string): void
}

export interface OtelTextMapGetter {
  // biome-ignore lint/suspicious/noExplicitAny: what a carrier is, is the application's business
  keys(carrier: any): string[]
  // biome-ignore lint/suspicious/noExplicitAny: what a carrier is, is the application's business
  get(carrier: any, key: string): undefined | string | string[]
}

export interface OtelPropagator {
  inject(context: OtelContext, carrier: unknown, setter: OtelTextMapSetter): void
  extract(context: OtelContext, carrier: unknown, getter: OtelTextMapGetter): OtelContext
  fields(): string[]
}

export interface OtelResource {
  readonly attributes: OtelAttributes
}

export interface OtelInstrumentationScope {
  readonly name: string
  readonly version?: string
  readonly schemaUrl?: string
}

/** What a span processor sees: the state of a span, as the OpenTelemetry SDK shows it. */
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

/** Methods take what a processor of the SDK takes; its own types of spans are wider. */
export interface OtelSpanProcessor {
  // biome-ignore lint/suspicious/noExplicitAny: a processor is written against the SDK's class
  onStart(span: any, parentContext: any): void
  // biome-ignore lint/suspicious/noExplicitAny: a processor is written against the SDK's class
  onEnd(span: any): void
  forceFlush(): Promise<void>
  shutdown(): Promise<void>
}

export interface OtelProviderOptions {
  /** Its `service.name` becomes the service of the spans. */
  resource?: OtelResource
  spanProcessors?: OtelSpanProcessor[]
}

export interface OtelRegistration {
  /** Default: the tracer's own header formats; null = none is registered. */
  propagator?: OtelPropagator | null
  /** Keeps the contexts in place of ours; null = none is registered. */
  contextManager?: OtelContextManager | null
}

export interface OtelTracerProvider {
  getTracer(name: string, version?: string, options?: { schemaUrl?: string }): OtelTracer
  /** Becomes the provider, context manager and propagator of `@opentelemetry/api`, in all its copies. */
  register(options?: OtelRegistration): void
  /** Resolves when all that has finished was sent. */
  forceFlush(): Promise<void>
  /** The same, and no span is made any more. */
  shutdown(): Promise<void>
}

export type OtelTracerProviderConstructor = new (options?: OtelProviderOptions) => OtelTracerProvider
