/**
 * Joins the API's context with the tracer's. A context of OpenTelemetry is stored in an AsyncLocalStorage, with all
 * its values; its span is made active in `trace/context.ts`, its baggage in `trace/baggage.ts`. If these have changed
 * since, because an integration or the application has activated a span inside, the active context is the stored one
 * with the span and baggage that are active now.
 */

import { AsyncLocalStorage } from 'node:async_hooks'
import { EventEmitter } from 'node:events'
import { disguise } from '../std/disguise'
import { type Baggage, getBaggage, runWithBaggage } from '../trace/baggage'
import { activeSpan, runInSpan } from '../trace/context'
import type { Span } from '../trace/span'
import { baggageOf, isEmpty, itemsOf } from './baggage'
import { BAGGAGE_KEY, isContext, ROOT_CONTEXT, readValue, SPAN_KEY, withSpanAndBaggage } from './context'
import { bindEmitter } from './emitter'
import { parentOf, spanToActivate } from './parents'
import { bridgeSpanOf } from './span'
import type { TracerSource } from './tracer-source'
import type { OtelContext, OtelContextManager } from './types'

type AnyFunction = (this: unknown, ...args: unknown[]) => unknown

/** Store of the active context. All providers share it: a context that one has activated is active for all. */
const storage = new AsyncLocalStorage<OtelContext>()

/** Activates contexts of the API together with their spans and baggage. */
export class BridgeContextManager implements OtelContextManager {
  readonly #source: TracerSource
  /** Context manager that the application passed to `register`; it stores the contexts then. */
  readonly #other: OtelContextManager | undefined

  constructor(source: TracerSource, other: OtelContextManager | undefined) {
    this.#source = source
    this.#other = other
  }

  active(): OtelContext {
    const context = this.#stored()
    const span = activeSpan()
    const items = getBaggage()
    const otelSpan = readValue(context, SPAN_KEY)
    const otelBaggage = readValue(context, BAGGAGE_KEY)
    const isSameSpan = this.#spanOf(otelSpan) === span
    const isSameBaggage = isSame(itemsOf(otelBaggage), items)
    if (isSameSpan && isSameBaggage) return context
    const bridged = span === undefined ? undefined : bridgeSpanOf(span)
    return withSpanAndBaggage(context, isSameSpan ? otelSpan : bridged, baggageOf(items))
  }

  with<A extends unknown[], F extends (...args: A) => ReturnType<F>>(
    context: OtelContext,
    fn: F,
    thisArg?: ThisParameterType<F>,
    ...args: A
  ): ReturnType<F> {
    const wanted = isContext(context) ? context : ROOT_CONTEXT
    const items = itemsOf(readValue(wanted, BAGGAGE_KEY))
    const call: AnyFunction = fn as never
    if (isSame(items, getBaggage())) return this.#enter(wanted, call, thisArg, args) as ReturnType<F>
    return runWithBaggage(items, this.#enter, this, [wanted, call, thisArg, args]) as ReturnType<F>
  }

  /**
   * Returns a function that runs `target` in `context`; for an emitter, binds all listeners that are added from now
   * on.
   */
  bind<T>(context: OtelContext, target: T): T {
    const bound = context ?? this.active()
    const bindFunction = (fn: AnyFunction): AnyFunction => {
      const manager = this
      return disguise(function (this: unknown, ...args: unknown[]): unknown {
        return manager.with(bound, fn as () => unknown, this, ...(args as []))
      }, fn)
    }
    if (target instanceof EventEmitter) return bindEmitter(target, bindFunction)
    return typeof target === 'function' ? (bindFunction(target as never) as T) : target
  }

  enable(): this {
    this.#other?.enable()
    return this
  }

  disable(): this {
    this.#other?.disable()
    storage.disable()
    return this
  }

  #stored(): OtelContext {
    return (this.#other === undefined ? storage.getStore() : this.#other.active()) ?? ROOT_CONTEXT
  }

  #enter(context: OtelContext, fn: AnyFunction, thisArg: unknown, args: unknown[]): unknown {
    const span = this.#spanOf(readValue(context, SPAN_KEY))
    if (this.#other === undefined) return storage.run(context, runInSpan, span, fn, thisArg, args)
    return this.#other.with(context, () => runInSpan(span, fn, thisArg, args))
  }

  #spanOf(otelSpan: unknown): Span | undefined {
    if (otelSpan === undefined) return undefined
    return spanToActivate(parentOf(otelSpan), this.#source.running()?.runtime)
  }
}

function isSame(items: Baggage | undefined, current: Baggage): boolean {
  return items === undefined ? isEmpty(current) : items === current
}
