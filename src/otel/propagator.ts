/** Implements the API's propagator: the tracer's header formats, by the getters and setters of the application. */

import { UNDECIDED } from '../trace/priority'
import { baggageOf, itemsOf } from './baggage'
import { BAGGAGE_KEY, readValue, SPAN_KEY, SUPPRESSED_KEY } from './context'
import { NonRecordingSpan } from './non-recording-span'
import { parentOf } from './parents'
import type { TracerSource } from './tracer-source'
import type { OtelContext, OtelPropagator, OtelTextMapGetter, OtelTextMapSetter } from './types'

/** All headers that the formats read. */
const FIELDS = [
  'traceparent',
  'tracestate',
  'baggage',
  'x-datadog-trace-id',
  'x-datadog-parent-id',
  'x-datadog-sampling-priority',
  'x-datadog-origin',
  'x-datadog-tags',
  'b3',
  'x-b3-traceid',
  'x-b3-spanid',
  'x-b3-sampled',
  'x-b3-flags',
]
const LEGACY_BAGGAGE = 'ot-baggage-'

/** Reads and writes headers for the API by the tracer's `Propagator`. */
export class BridgePropagator implements OtelPropagator {
  readonly #source: TracerSource

  constructor(source: TracerSource) {
    this.#source = source
  }

  inject(context: OtelContext, carrier: unknown, setter: OtelTextMapSetter): void {
    if (readValue(context, SUPPRESSED_KEY) === true) return
    const parent = parentOf(readValue(context, SPAN_KEY))
    const items = itemsOf(readValue(context, BAGGAGE_KEY))
    this.#source
      .running()
      ?.propagator.injectWith(parent, items, (name, value) => setter.set(carrier, name, value))
  }

  extract(context: OtelContext, carrier: unknown, getter: OtelTextMapGetter): OtelContext {
    const remote = this.#source.running()?.propagator.extract(headersOf(carrier, getter))
    if (remote === undefined) return context
    const { baggage } = remote
    const isOnlyBaggage =
      (remote.traceHi | remote.traceLo) === 0 && remote.priority === UNDECIDED && !remote.restart
    try {
      const spanned = isOnlyBaggage ? context : context.setValue(SPAN_KEY, new NonRecordingSpan(remote))
      return baggage === undefined
        ? spanned
        : spanned.setValue(BAGGAGE_KEY, baggageOf(Object.freeze(baggage)))
    } catch {
      return context
    }
  }

  fields(): string[] {
    return [...FIELDS]
  }
}

/** Returns the headers in `carrier` by lower-case name, as `Propagator.extract` takes headers. Never throws. */
function headersOf(carrier: unknown, getter: OtelTextMapGetter): Record<string, unknown> {
  const headers: Record<string, unknown> = {}
  try {
    const spelled = new Map<string, string>()
    for (const key of getter.keys?.(carrier) ?? []) spelled.set(String(key).toLowerCase(), key)
    for (const name of FIELDS) {
      const value = getter.get(carrier, name) ?? getter.get(carrier, spelled.get(name) ?? name)
      if (value !== undefined) headers[name] = value
    }
    for (const [name, key] of spelled)
      if (name.startsWith(LEGACY_BAGGAGE)) headers[name] = getter.get(carrier, key)
  } catch {
    // A getter of the application threw: the headers read before are used.
  }
  return headers
}
