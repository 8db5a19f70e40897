/** Starts spans for one instrumentation scope. */

import { reportFailure } from '../core/fence'
import { Site } from '../trace/site'
import { startSpan } from '../trace/start'
import { BAGGAGE_KEY, readValue, SPAN_KEY, SUPPRESSED_KEY, withSpanAndBaggage } from './context'
import { nonRecordingSpan } from './non-recording-span'
import { operationName } from './operation-name'
import { parentOf } from './parents'
import { BridgeSpan, KINDS, type SpanWatcher } from './span'
import { toHrTime, toTicks } from './time'
import type { RunningTracer } from './tracer-source'
import type { OtelContext, OtelContextManager, OtelSpan, OtelSpanOptions, OtelTracer } from './types'

/** The part of the provider that its tracers use. */
export interface OtelTracerParts {
  running(): RunningTracer | undefined
  readonly contextManager: OtelContextManager
  /** Service of the spans; undefined = the default service of the tracer. */
  readonly service: string | undefined
  /** Calls the span processors; undefined without any. */
  readonly watcher: (SpanWatcher & { started(span: BridgeSpan, context: OtelContext): void }) | undefined
}

const NO_OPTIONS: OtelSpanOptions = Object.freeze({})

type SpanFunction = (span: OtelSpan) => unknown

/** A tracer of OpenTelemetry for one instrumentation scope. */
export class BridgeTracer implements OtelTracer {
  readonly #parts: OtelTracerParts
  /** Sites by kind. Each tracer has its own, since the spans of one tracer have similar tags. */
  readonly #sites: Site[]

  constructor(parts: OtelTracerParts) {
    this.#parts = parts
    this.#sites = KINDS.map(
      kind =>
        new Site({
          name: operationName(kind, {}),
          kind,
          service: parts.service,
          serviceSource: parts.service === undefined ? undefined : 'm',
          tags: { '_dd.integration': 'otel' },
        }),
    )
  }

  /** Starts a span. Never throws, whatever the options are. */
  startSpan(name: string, options?: OtelSpanOptions, context?: OtelContext): OtelSpan {
    const within = context ?? this.#parts.contextManager.active()
    try {
      return this.#start(name, options ?? NO_OPTIONS, within)
    } catch (error) {
      reportFailure('opentelemetry span', error)
      return nonRecordingSpan(undefined)
    }
  }

  startActiveSpan<F extends SpanFunction>(name: string, ...rest: unknown[]): ReturnType<F> {
    const fn = rest.pop() as F
    const [options, context] = rest as [OtelSpanOptions?, OtelContext?]
    if (typeof fn !== 'function') return undefined as ReturnType<F>
    const { contextManager } = this.#parts
    const within = context ?? contextManager.active()
    const span = this.startSpan(name, options, within)
    return contextManager.with(withSpan(within, span), fn as never, undefined, span as never) as ReturnType<F>
  }

  #start(name: string, options: OtelSpanOptions, context: OtelContext): OtelSpan {
    const parts = this.#parts
    const parent = options.root === true ? undefined : parentOf(readValue(context, SPAN_KEY))
    const tracer = parts.running()
    if (tracer === undefined || readValue(context, SUPPRESSED_KEY) === true) return nonRecordingSpan(parent)
    const kind = KINDS[options.kind as number] === undefined ? 0 : (options.kind as number)
    const span = startSpan(tracer.runtime, this.#sites[kind], parent, {})
    const given = options.startTime === undefined ? undefined : toHrTime(options.startTime)
    if (given !== undefined) span.startTicks = toTicks(span.trace, given)
    span.resource = String(name)
    const bridge = new BridgeSpan(span, kind, given, parts.watcher)
    if (options.attributes !== undefined) bridge.setAttributes(options.attributes)
    if (options.links !== undefined) bridge.addLinks(options.links)
    parts.watcher?.started(bridge, context)
    return bridge
  }
}

function withSpan(context: OtelContext, span: OtelSpan): OtelContext {
  return withSpanAndBaggage(context, span, readValue(context, BAGGAGE_KEY))
}
