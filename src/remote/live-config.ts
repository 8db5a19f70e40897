/**
 * Lays values of the agent over the configuration, in place, so that every later reader of a row gets the new value.
 */

import type { Config } from '../core/config/resolve'
import type { LiveRow, Overrides } from './apm-tracing'

/** All rows that can change while the program runs. */
export const LIVE_ROWS: readonly LiveRow[] = [
  'enabled',
  'logInjection',
  'sampleRate',
  'samplingRules',
  'headerTags',
  'tags',
]

/** The configuration with the values of the agent on top. */
export class LiveConfig {
  readonly #values: Record<string, unknown>
  readonly #origins: Record<string, string>
  /** Value and origin of each row at start. */
  readonly #local: ReadonlyMap<LiveRow, { value: unknown; origin: string }>

  constructor(config: Config) {
    this.#values = config as unknown as Record<string, unknown>
    this.#origins = config.origins
    this.#local = new Map(
      LIVE_ROWS.map(row => [row, { value: config[row], origin: config.origins[row] }] as const),
    )
  }

  /**
   * Replaces all earlier values of the agent: rows that it leaves out become as at start. Returns the changed rows.
   */
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

/**
 * Compares as JSON. Rules from code may hold values that JSON cannot: these are equal only if they are the same
 * object.
 */
function isEqual(one: unknown, other: unknown): boolean {
  if (one === other) return true
  try {
    return JSON.stringify(one) === JSON.stringify(other)
  } catch {
    return false
  }
}
