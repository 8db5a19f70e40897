/** Calls the application's span processors, with read-only copies of finished spans. Unused without processors. */

import { fence } from '../core/fence'
import type { BridgeSpan, SpanWatcher } from './span'
import { parentContextOf } from './span-context'
import { fromDuration, fromTicks } from './time'
import type {
  OtelContext,
  OtelInstrumentationScope,
  OtelReadableSpan,
  OtelResource,
  OtelSpanProcessor,
} from './types'

const CAUSE = 'opentelemetry span processor'

/** Calls the processors for the spans of one instrumentation scope. */
export class ProcessorCalls implements SpanWatcher {
  readonly #processors: readonly OtelSpanProcessor[]
  readonly #resource: OtelResource
  readonly #scope: OtelInstrumentationScope

  constructor(
    processors: readonly OtelSpanProcessor[],
    resource: OtelResource,
    scope: OtelInstrumentationScope,
  ) {
    this.#processors = processors
    this.#resource = resource
    this.#scope = scope
  }

  /** Calls `onStart` with the span itself, which a processor may change. */
  started(span: BridgeSpan, context: OtelContext): void {
    Object.assign(span, this.#surroundings(span))
    for (const processor of this.#processors) fence(CAUSE, () => processor.onStart(span, context))
  }

  ended(span: BridgeSpan): void {
    const view = this.#copy(span)
    for (const processor of this.#processors) fence(CAUSE, () => processor.onEnd(view))
  }

  #surroundings({ span }: BridgeSpan) {
    const parentSpanContext = parentContextOf(span)
    return {
      parentSpanContext,
      // Version 1 of the SDK has only the parent's id, and calls the scope a library.
      parentSpanId: parentSpanContext?.spanId,
      startTime: fromTicks(span.trace, span.startTicks),
      resource: this.#resource,
      instrumentationScope: this.#scope,
      instrumentationLibrary: this.#scope,
    }
  }

  /**
   * Returns a copy that processors can keep until they export: the span itself loses its tags when its trace is sent.
   */
  #copy(bridge: BridgeSpan): OtelReadableSpan {
    const { span, kind } = bridge
    const { trace } = span
    return {
      ...this.#surroundings(bridge),
      name: bridge.name,
      kind,
      spanContext: () => bridge.spanContext(),
      endTime: fromTicks(trace, span.startTicks + span.durationMs),
      duration: fromDuration(span.durationMs),
      ended: true,
      status: bridge.status,
      attributes: { ...bridge.given },
      links: bridge.links,
      events: (span.events ?? []).map(({ name, ticks, attributes }) => ({
        name,
        time: fromTicks(trace, ticks),
        ...(attributes === undefined ? undefined : { attributes }),
      })),
      droppedAttributesCount: 0,
      droppedEventsCount: 0,
      droppedLinksCount: 0,
    }
  }
}
