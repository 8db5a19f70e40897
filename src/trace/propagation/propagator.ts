/** Carries trace contexts between services: writes contexts into headers and reads the context of a caller. */

import { RemoteContext } from '../remote-context'
import type { Span } from '../span'
import { BaggageCounts, type BaggageLimits, BaggageTagger, injectBaggage } from './baggage'
import type { Carrier } from './carrier'
import { type ExtractOptions, extract } from './extract'
import { type InjectOptions, inject, type Writable } from './inject'
import type { OrgGuard } from './org-guard'
import type { Style } from './styles'

/** Settings of a `Propagator`; `openPropagator` takes these from the configuration. */
export interface PropagatorOptions {
  /** Styles to write, and styles to read in this order. */
  inject: readonly Style[]
  extract: readonly Style[]
  /** Stop at the first style that has a context (`DD_TRACE_PROPAGATION_EXTRACT_FIRST`). */
  extractFirst: boolean
  /** What is done with an incoming context (`DD_TRACE_PROPAGATION_BEHAVIOR_EXTRACT`). */
  behavior: 'continue' | 'restart' | 'ignore'
  /** Longest `x-datadog-tags` in characters, default 512; 0 turns the header off. */
  maxTagsLength?: number
  /** Most items, and most bytes, of the header `baggage` in both directions. */
  baggageMaxItems: number
  baggageMaxBytes: number
  /** Keys of baggage items that become tags; `*` = all. */
  baggageTagKeys: readonly string[]
  /** Whether `ot-baggage-*` is read and written with Datadog's headers. */
  legacyBaggage: boolean
  /** Guard against decisions of other organisations; undefined = every context is trusted. */
  orgGuard?: OrgGuard
}

/**
 * Writes and reads the headers of all configured styles.
 *
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
  /** Counts of `baggage` headers so far. */
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
   * Writes the headers of `span`, or of a context that is passed on, and of `baggage` into `carrier`. Makes the trace's
   * sampling decision first. Never throws: headers that a carrier refuses are not written.
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
      // The carrier is frozen, or a setter of the application threw.
    }
  }

  /** Writes the headers by `set(name, value)`, for carriers that are no plain object. Never throws. */
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
   * Returns the caller's context in `carrier`, an object with lower-case header names; undefined without one. A context
   * with zero ids holds baggage or a sampling decision that came without ids. Never throws.
   */
  extract(carrier: unknown): RemoteContext | undefined {
    if (typeof carrier !== 'object' || carrier === null || this.#ignores) return undefined
    try {
      const context = extract(carrier as Carrier, this.#extractOptions, this.baggageCounts)
      if (context !== undefined && this.#orgGuard !== undefined) this.#orgGuard.enforce(context)
      return context
    } catch {
      // A getter of the application threw.
      return undefined
    }
  }
}

function withoutBaggage(styles: readonly Style[]): Style[] {
  const rest: Style[] = []
  for (const style of styles) if (style !== 'baggage') rest.push(style)
  return rest
}
