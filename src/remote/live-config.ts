/** Lays values of the agent over the configuration, in place: whoever reads a row later reads the new value. */

import type { Config } from '../core/config/resolve'
import type { LiveRow, Overrides } from './apm-tracing'

export const LIVE_ROWS: readonly LiveRow[] = [
  'enabled',
  'logInjection',
  'sampleRate',
  'samplingRules',
  'headerTags',
  'tags',
]

export class LiveConfig {
  readonly #values: Record<string, unknown>
  readonly #origins: Record<string, string>
  /** What each row was at start. */
  readonly #local: ReadonlyMap<LiveRow, { value: unknown; origin: string }>

  constructor(config: Config) {
    this.#values = config as unknown as Record<string, unknown>
    this.#origins = config.origins
    this.#local = new Map(
      LIVE_ROWS.map(row => [row, { value: config[row], origin: config.origins[row] }] as const),
    )
  }

  /** Replaces all earlier values of the agent: a row that it leaves out is as it was at start. Returns what has changed. */
  override(overrides: Overrides): ReadonlySet<LiveRow> {
    const changed = new Set<LiveRow>()
    for (const [row, local] of this.#local) {
      const value = overrides[row] ?? local.value
      const origin = overrides[row] === undefined ? local.origin : 'remote_config'
      const isSame = this.#origins[row] === origin && isEqual(this.#values[row], value)
      if (isSame) continue
      this.#values[row] = value
      this.#origins[row] = origin
      changed.add(row)
    }
    return changed
  }
}

/** Rules from code may hold what JSON cannot: those are never the agent's, and the same object when they are the same. */
function isEqual(one: unknown, other: unknown): boolean {
  if (one === other) return true
  try {
    return JSON.stringify(one) === JSON.stringify(other)
  } catch {
    return false
  }
}
