/** An immutable OpenTelemetry context, and the API's keys for the values that the bridge reads. */

import type { OtelContext } from './types'

// `createContextKey` of the API is `Symbol.for`, so that all copies of the API have the same keys.
/** Key of the active span. */
export const SPAN_KEY = Symbol.for('OpenTelemetry Context Key SPAN')
/** Key of the baggage. */
export const BAGGAGE_KEY = Symbol.for('OpenTelemetry Baggage Key')
/** Set by `suppressTracing` of `@opentelemetry/core`, which exporters use for their own requests. */
export const SUPPRESSED_KEY = Symbol.for('OpenTelemetry SDK Context Key SUPPRESS_TRACING')

/**
 * A context whose span and baggage, which change often, are fields. Other values are in a map, or in a context of
 * another class.
 */
export class BridgeContext implements OtelContext {
  readonly span: unknown
  readonly baggage: unknown
  readonly values: ReadonlyMap<symbol, unknown> | undefined
  readonly base: OtelContext | undefined

  constructor(
    span: unknown,
    baggage: unknown,
    values: ReadonlyMap<symbol, unknown> | undefined,
    base: OtelContext | undefined,
  ) {
    this.span = span
    this.baggage = baggage
    this.values = values
    this.base = base
  }

  getValue(key: symbol): unknown {
    if (key === SPAN_KEY) return this.span
    if (key === BAGGAGE_KEY) return this.baggage
    return this.values?.has(key) ? this.values.get(key) : this.base?.getValue(key)
  }

  setValue(key: symbol, value: unknown): BridgeContext {
    if (key === SPAN_KEY) return new BridgeContext(value, this.baggage, this.values, this.base)
    if (key === BAGGAGE_KEY) return new BridgeContext(this.span, value, this.values, this.base)
    return new BridgeContext(this.span, this.baggage, new Map(this.values).set(key, value), this.base)
  }

  deleteValue(key: symbol): BridgeContext {
    return this.setValue(key, undefined)
  }
}

/** The context without any value. */
export const ROOT_CONTEXT = new BridgeContext(undefined, undefined, undefined, undefined)

/** Returns `context` with another span and baggage. */
export function withSpanAndBaggage(context: OtelContext, span: unknown, baggage: unknown): BridgeContext {
  return context instanceof BridgeContext
    ? new BridgeContext(span, baggage, context.values, context.base)
    : new BridgeContext(span, baggage, undefined, context)
}

/** Returns whether `value` can be used as a context. Never throws. */
export function isContext(value: unknown): value is OtelContext {
  try {
    return typeof (value as OtelContext | undefined)?.getValue === 'function'
  } catch {
    return false
  }
}

/** Returns a value of `context`; undefined if `context` is none or throws. */
export function readValue(context: unknown, key: symbol): unknown {
  try {
    return (context as OtelContext | undefined)?.getValue(key)
  } catch {
    return undefined
  }
}
