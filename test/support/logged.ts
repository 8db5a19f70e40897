/**
 * Tests of loggers: a switch for log injection as remote configuration has one, and the `dd` that a record must have.
 */

import type { Integration } from '../../src/patch/types'
import { logFields } from '../../src/trace/log-fields'
import type { Span } from '../../src/trace/span'
import { type CollectOptions, type Collector, collect } from './collect'

export interface LogCollector extends Collector {
  /** Returns the `dd` that a record must have in `span`, or in none. */
  dd(span?: Span): Record<string, string>
  /** Switches `logInjection` while the program runs. */
  inject(isWanted: boolean): void
}

export function collectLogs(integration: Integration, options: CollectOptions = {}): LogCollector {
  const { config = {}, ...rest } = options
  const collector = collect([integration], { ...rest, config: { env: 'prod', version: '1.2.0', ...config } })
  return {
    ...collector,
    dd: span => ({ ...logFields(span, collector.config) }) as Record<string, string>,
    inject(isWanted) {
      ;(collector.config as { logInjection: boolean }).logInjection = isWanted
    },
  }
}
