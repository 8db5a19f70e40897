/** Carries traces between services: writes headers for the active one and reads a caller's. */

import { RemoteContext } from '../remote-context'
import type { Span } from '../span'
import { BaggageCounts, type BaggageLimits, BaggageTagger, injectBaggage } from './baggage'
import type { Carrier } from './carrier'
import { type ExtractOptions, extract } from './extract'
import { type InjectOptions, inject, type Writable } from './inject'
import type { OrgGuard } from './org-guard'
import type { Style } from './styles'

export interface PropagatorOptions {
  /** Styles to write, and to read in this order. */
  inject: readonly Style[]
  extract: readonly Style[]
  /** Stop at the first style that has a context (`DD_TRACE_PROPAGATION_EXTRACT_FIRST`). */
  extractFirst: boolean
  /** What an incoming context does to a trace (`DD_TRACE_PROPAGATION_BEHAVIOR_EXTRACT`). */
  behavior: 'continue' | 'restart' | 'ignore'
  /** Longest `x-datadog-tags` in characters, default 512; 0 turns the header off. */
  maxTagsLength?: number
  baggageMaxItems: number
  baggageMaxBytes: number
  /** Items of these keys become tags; `*` = all. */
  baggageTagKeys: readonly string[]
  /** Whether `ot-baggage-*` travels with Datadog's headers. */
  legacyBaggage: boolean
  /** Undefined: contexts of all organisations are alike. */
  orgGuard?: OrgGuard
}

/**
 * @example
 * const propagator = new Propagator(options)
 * propagator.inject(span, getBaggage(), headers)
 * const child = startSpan(runtime, site, propagator.extract(request.headers), tags)
 */
export class Propagator {
  readonly #injectOptions: InjectOptions
  readonly #extractOptions: ExtractOptions
  readonly #ignores: boolean
  readonly #injectsBaggage: boolean
  readonly #baggageLimits: BaggageLimits
  readonly #orgGuard: OrgGuard | undefined
  /** What happened to `baggage` headers so far. */
  readonly baggageCounts = new BaggageCounts()

  constructor(options: PropagatorOptions) {
    const { maxTagsLength = 512, legacyBaggage } = options
    this.#orgGuard = options.orgGuard
    this.#ignores = options.behavior === 'ignore'
    this.#injectsBaggage = options.inject.includes('baggage')
    this.#baggageLimits = { maxItems: options.baggageMaxItems, maxBytes: options.baggageMaxBytes }
    this.#injectOptions = { styles: withoutBaggage(options.inject), maxTagsLength, legacyBaggage }
    this.#extractOptions = {
      styles: withoutBaggage(options.extract),
      firstOnly: options.extractFirst,
      restart: options.behavior === 'restart',
      maxTagsLength,
      legacyBaggage,
      baggage: options.extract.includes('baggage'),
      baggageLimits: this.#baggageLimits,
      baggageTagger: new BaggageTagger(options.baggageTagKeys),
    }
  }

  /**
   * Writes the headers of `span`, or of a context that is passed on, and of `baggage` into `carrier`. The trace's
   * sampling decision is made before. Never throws: what a carrier refuses is not written.
   */
  inject(
    span: Span | RemoteContext | undefined,
    baggage: Readonly<Record<string, string>> | undefined,
    carrier: object,
  ): void {
    try {
      if (span !== undefined) {
        this.#orgGuard?.stamp(span instanceof RemoteContext ? span : span.trace)
        inject(span, carrier as Writable, this.#injectOptions)
      }
      if (baggage !== undefined && this.#injectsBaggage) {
        injectBaggage(baggage, carrier as Writable, this.#baggageLimits, this.baggageCounts)
      }
    } catch {
      // A frozen carrier, or a setter of the application's that threw.
    }
  }

  /** The same for what is not a plain object: calls `set(name, value)` for every header. */
  injectWith(
    span: Span | RemoteContext | undefined,
    baggage: Readonly<Record<string, string>> | undefined,
    set: (name: string, value: string) => unknown,
  ): void {
    const headers: Writable = {}
    this.inject(span, baggage, headers)
    try {
      for (const name in headers) set(name, headers[name])
    } catch {
      // A request whose headers are sent already refuses more.
    }
  }

  /**
   * The caller's context in `carrier`, an object with lower-case header names; undefined when there is none. A context
   * with zero ids holds what came without one: baggage, or a sampling decision. Never throws.
   */
  extract(carrier: unknown): RemoteContext | undefined {
    if (typeof carrier !== 'object' || carrier === null || this.#ignores) return undefined
    try {
      const context = extract(carrier as Carrier, this.#extractOptions, this.baggageCounts)
      if (context !== undefined && this.#orgGuard !== undefined) this.#orgGuard.enforce(context)
      return context
    } catch {
      // A getter of the application's threw.
      return undefined
    }
  }
}

function withoutBaggage(styles: readonly Style[]): Style[] {
  const rest: Style[] = []
  for (const style of styles) if (style !== 'baggage') rest.push(style)
  return rest
}
