/** The sampling rates in the agent's answers, by service (`rate_by_service`). */

import { formatRate } from './rate-text'

const DEFAULT_KEY = 'service:,env:'

/** The sampling rate of one service. */
export interface AgentRate {
  /** 0..1 */
  readonly rate: number
  /** The rate as text, for the tag `_dd.p.ksr`. */
  readonly text: string
  /** False for the built-in rate of 1, which applies until the agent has sent rates. */
  readonly fromAgent: boolean
}

const BUILT_IN: AgentRate = { rate: 1, text: '1', fromAgent: false }

/** The rates of the agent's last answer. */
export class AgentRates {
  readonly #suffix: string
  #byService = new Map<string, AgentRate>()
  #default = BUILT_IN

  /** `env` is the tracer's. For tracers without one the agent lists its own environment under an empty `env`. */
  constructor(env: string | undefined) {
    this.#suffix = `,env:${env ?? ''}`
  }

  /**
   * Replaces all rates by those of an agent's answer: `{ 'service:web,env:prod': 0.5, 'service:,env:': 1 }`. Values
   * that are no rate are left out.
   */
  update(rates: unknown): void {
    if (typeof rates !== 'object' || rates === null) return
    const byService = new Map<string, AgentRate>()
    let fallback = BUILT_IN
    for (const [key, value] of Object.entries(rates)) {
      if (typeof value !== 'number' || !(value >= 0)) continue
      const rate = Math.min(value, 1)
      const entry = { rate, text: formatRate(rate), fromAgent: true }
      if (key === DEFAULT_KEY) fallback = entry
      else if (key.startsWith('service:') && key.endsWith(this.#suffix)) {
        byService.set(key.slice(8, -this.#suffix.length), entry)
      }
    }
    this.#byService = byService
    this.#default = fallback
  }

  /** Returns the rate for a service. The agent lists services by their lower-case names. */
  get(service: string): AgentRate {
    if (this.#byService.size === 0) return this.#default
    return this.#byService.get(service) ?? this.#byService.get(service.toLowerCase()) ?? this.#default
  }
}
