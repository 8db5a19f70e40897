/** The sampling rates that the agent answers with, by service (`rate_by_service`). */

import { formatRate } from './rate-text'

const DEFAULT_KEY = 'service:,env:'

export interface AgentRate {
  /** 0..1 */
  readonly rate: number
  /** The rate as `_dd.p.ksr`. */
  readonly text: string
  /** False: nobody has told, the rate is the built-in 1. */
  readonly fromAgent: boolean
}

const BUILT_IN: AgentRate = { rate: 1, text: '1', fromAgent: false }

export class AgentRates {
  readonly #suffix: string
  #byService = new Map<string, AgentRate>()
  #default = BUILT_IN

  /** `env` of the tracer. Without one the agent lists the services of its own environment under an empty `env`. */
  constructor(env: string | undefined) {
    this.#suffix = `,env:${env ?? ''}`
  }

  /**
   * Replaces all rates by those of an agent's answer: `{ 'service:web,env:prod': 0.5, 'service:,env:': 1 }`. What is not
   * a rate is left out.
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

  /** The rate for a service. The agent knows services by their lower-case names. */
  get(service: string): AgentRate {
    if (this.#byService.size === 0) return this.#default
    return this.#byService.get(service) ?? this.#byService.get(service.toLowerCase()) ?? this.#default
  }
}
