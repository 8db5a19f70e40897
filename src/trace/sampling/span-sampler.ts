/** Keeps single spans of dropped traces (`DD_SPAN_SAMPLING_RULES`). */

import type { SpanRecord } from '../local-trace'
import { keepByHash } from './hash'
import { RateLimiter } from './limiter'
import { type GlobalTags, ruleMatches, type SamplingRule } from './rules'

const MECHANISM_SPAN_RULE = 8

/** Settings of a `SpanSampler`; `openSpanSampler` takes these from the configuration. */
export interface SpanSamplerOptions {
  /** Rules from `parseRules(json, 1)`: a span rule without a rate keeps every span it matches. */
  rules: readonly SamplingRule[]
  globalTags?: GlobalTags
  /** Clock of the rate limiters in ms; for tests. */
  nowMs?: () => number
}

/** Marks the spans of dropped traces that are to be sent. */
export class SpanSampler {
  readonly #rules: readonly SamplingRule[]
  readonly #limiters: (RateLimiter | undefined)[] = []
  readonly #globalTags: GlobalTags

  constructor({ rules, globalTags = {}, nowMs }: SpanSamplerOptions) {
    this.#rules = rules
    this.#globalTags = globalTags
    for (const { maxPerSecond } of rules) {
      this.#limiters.push(maxPerSecond === undefined ? undefined : new RateLimiter(maxPerSecond, nowMs))
    }
  }

  /**
   * Returns whether the first rule that matches keeps this finished span of a dropped trace; later rules are not
   * tried. The span id is hashed, so that spans of one trace are decided independently. Sets the tags
   * `_dd.span_sampling.*` on a span that is kept.
   */
  keep(span: SpanRecord): boolean {
    for (let index = 0; index < this.#rules.length; index++) {
      const rule = this.#rules[index]
      if (!ruleMatches(rule, span, this.#globalTags)) continue
      if (!keepByHash(span.idHi, span.idLo, rule.sampleRate)) return false
      const limiter = this.#limiters[index]
      if (limiter !== undefined && !limiter.allow()) return false
      span.tags['_dd.span_sampling.mechanism'] = MECHANISM_SPAN_RULE
      span.tags['_dd.span_sampling.rule_rate'] = rule.sampleRate
      if (rule.maxPerSecond !== undefined) span.tags['_dd.span_sampling.max_per_second'] = rule.maxPerSecond
      return true
    }
    return false
  }
}
