/** Converts baggage between OpenTelemetry's form and the tracer's; each object is converted once. */

import type { Baggage } from '../trace/baggage'
import type { OtelBaggage, OtelBaggageEntry } from './types'

/** Immutable baggage, like the API's own class. */
export class BridgeBaggage implements OtelBaggage {
  readonly #entries: ReadonlyMap<string, OtelBaggageEntry>

  constructor(entries: ReadonlyMap<string, OtelBaggageEntry>) {
    this.#entries = entries
  }

  getEntry(key: string): OtelBaggageEntry | undefined {
    const entry = this.#entries.get(key)
    return entry === undefined ? undefined : { ...entry }
  }

  getAllEntries(): [string, OtelBaggageEntry][] {
    return [...this.#entries]
  }

  setEntry(key: string, entry: OtelBaggageEntry): BridgeBaggage {
    return new BridgeBaggage(new Map(this.#entries).set(key, entry))
  }

  removeEntry(key: string): BridgeBaggage {
    return this.removeEntries(key)
  }

  removeEntries(...keys: string[]): BridgeBaggage {
    return new BridgeBaggage(new Map([...this.#entries].filter(([key]) => !keys.includes(key))))
  }

  clear(): BridgeBaggage {
    return new BridgeBaggage(new Map())
  }
}

const itemsByBaggage = new WeakMap<object, Baggage>()
const baggageByItems = new WeakMap<Baggage, OtelBaggage>()

/** Returns the items of the API's baggage; undefined if `baggage` is none. Never throws. */
export function itemsOf(baggage: unknown): Baggage | undefined {
  if (typeof baggage !== 'object' || baggage === null) return undefined
  let items = itemsByBaggage.get(baggage)
  if (items === undefined) {
    const read = readItems(baggage as OtelBaggage)
    if (read === undefined) return undefined
    items = Object.freeze(read)
    itemsByBaggage.set(baggage, items)
    baggageByItems.set(items, baggage as OtelBaggage)
  }
  return items
}

function readItems(baggage: OtelBaggage): Record<string, string> | undefined {
  try {
    const items: Record<string, string> = {}
    for (const [key, entry] of baggage.getAllEntries()) {
      if (key !== '' && typeof entry?.value === 'string') items[key] = entry.value
    }
    return items
  } catch {
    // The value is no baggage, or its methods throw.
    return undefined
  }
}

/** Returns items as the API's baggage; undefined without items. */
export function baggageOf(items: Baggage): OtelBaggage | undefined {
  if (isEmpty(items)) return undefined
  let baggage = baggageByItems.get(items)
  if (baggage === undefined) {
    baggage = new BridgeBaggage(new Map(Object.entries(items).map(([key, value]) => [key, { value }])))
    baggageByItems.set(items, baggage)
    itemsByBaggage.set(baggage, items)
  }
  return baggage
}

/** Returns whether there are no items. */
export function isEmpty(items: Baggage): boolean {
  for (const _ in items) return false
  return true
}
