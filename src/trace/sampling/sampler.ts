/**
 * Decides whether a trace is kept: the first rule that matches its local root, else the agent's rate for its service.
 */

import type { LocalTrace, TraceSampler } from '../local-trace'
import {
  AUTO_KEEP,
  AUTO_REJECT,
  MECHANISM_AGENT,
  MECHANISM_DEFAULT,
  USER_KEEP,
  USER_REJECT,
} from '../priority'
import { NOT_BY_CHANCE } from '../propagation/probability'
import { AgentRates } from './agent-rates'
import { keepByHash } from './hash'
import { RateLimiter } from './limiter'
import { formatRate } from './rate-text'
import { type GlobalTags, parseRules, ruleMatches, type SamplingRule } from './rules'

const KSR = '_dd.p.ksr'

/** Settings of a `Sampler`; `openSampler` takes these from the configuration. */
export interface SamplerOptions {
  /** Rules from `parseRules`; the first that matches decides. */
  rules: readonly SamplingRule[]
  /** `DD_TRACE_SAMPLE_RATE`: an implicit last rule that matches everything. Undefined: the agent's rates decide. */
  sampleRate?: number
  /** `DD_TRACE_RATE_LIMIT`: traces a second that rules may keep, default 100; negative = no limit. */
  rateLimit?: number
  env?: string
  globalTags?: GlobalTags
  /** Clock of the rate limiters in ms; for tests. */
  nowMs?: () => number
}

/** A rule with its rate as text and its limiter. */
interface ActiveRule {
  readonly rule: SamplingRule
  readonly rateText: string
  readonly limiter: RateLimiter | undefined
}

/** Decides by rules, by the agent's rates and by the built-in rate of 1, in this order. */
export class Sampler implements TraceSampler {
  readonly agentRates: AgentRates
  /** Tags of `DD_TAGS`, which rules can match. */
  globalTags: GlobalTags
  readonly #nowMs: (() => number) | undefined
  readonly #limiter: RateLimiter
  #rules: ActiveRule[] = []

  constructor(options: SamplerOptions) {
    this.agentRates = new AgentRates(options.env)
    this.globalTags = options.globalTags ?? {}
    this.#nowMs = options.nowMs
    this.#limiter = new RateLimiter(options.rateLimit ?? 100, options.nowMs)
    this.setRules(options.rules, options.sampleRate)
  }

  /** Replaces all rules when the configuration changes while the program runs. Rate limits of rules start anew. */
  setRules(rules: readonly SamplingRule[], sampleRate?: number): void {
    const active: ActiveRule[] = []
    for (const rule of rules) active.push(this.#activate(rule))
    if (sampleRate !== undefined) {
      for (const rule of parseRules([{ sampleRate }]).rules) active.push(this.#activate(rule))
    }
    this.#rules = active
  }

  /** Sets the priority of a trace that has none, with the rates that led to it and `_dd.p.dm`, `_dd.p.ksr`. */
  decide(trace: LocalTrace): void {
    const root = trace.root
    if (root === undefined) {
      trace.setDecision(AUTO_KEEP, MECHANISM_DEFAULT)
      return
    }
    for (const active of this.#rules) {
      if (ruleMatches(active.rule, root, this.globalTags)) {
        this.#decideByRule(trace, active)
        return
      }
    }
    const { rate, text, fromAgent } = this.agentRates.get(root.service)
    trace.agentRate = rate
    trace.probability = fromAgent && rate > 0 ? rate : NOT_BY_CHANCE
    if (fromAgent) setRateText(trace, text)
    const keep = keepByHash(trace.traceHi, trace.traceLo, rate)
    trace.setDecision(keep ? AUTO_KEEP : AUTO_REJECT, fromAgent ? MECHANISM_AGENT : MECHANISM_DEFAULT)
  }

  #decideByRule(trace: LocalTrace, { rule, rateText, limiter }: ActiveRule): void {
    trace.ruleRate = rule.sampleRate
    setRateText(trace, rateText)
    let keep = keepByHash(trace.traceHi, trace.traceLo, rule.sampleRate)
    const byChance = keep
    // Limiters count only traces that would be kept. `limitRate` is the rate of the limiter that was asked last.
    if (keep && limiter !== undefined) {
      keep = limiter.allow()
      trace.limitRate = limiter.effectiveRate
    }
    if (keep) {
      keep = this.#limiter.allow()
      trace.limitRate = this.#limiter.effectiveRate
    }
    trace.probability = keep === byChance && rule.sampleRate > 0 ? rule.sampleRate : NOT_BY_CHANCE
    trace.setDecision(keep ? USER_KEEP : USER_REJECT, rule.mechanism)
  }

  #activate(rule: SamplingRule): ActiveRule {
    const limiter =
      rule.maxPerSecond === undefined ? undefined : new RateLimiter(rule.maxPerSecond, this.#nowMs)
    return { rule, rateText: formatRate(rule.sampleRate), limiter }
  }
}

/** Propagates the rate that decided, unless a rate came from upstream. */
function setRateText(trace: LocalTrace, text: string): void {
  trace.propagated ??= {}
  trace.propagated[KSR] ??= text
}
