/** A recorder that keeps the metrics it gets, for tests of runtime metrics. */

import type { Recorder } from '../../src/metrics/runtime/metric'

export interface Recorded {
  recorder: Recorder
  /** Returns the values by `name{tag:value}` since the last call. */
  take(): { gauges: Record<string, number>; counts: Record<string, number> }
}

export function recorded(): Recorded {
  let gauges: Record<string, number> = {}
  let counts: Record<string, number> = {}
  const keyOf = (name: unknown, tags: unknown): string =>
    tags === undefined
      ? String(name)
      : `${name}{${Object.entries(tags as object)
          .flat()
          .join(':')}}`
  return {
    recorder: {
      gauge(name, value, tags) {
        gauges[keyOf(name, tags)] = value
      },
      increment(name, value, tags) {
        const key = keyOf(name, tags)
        counts[key] = (counts[key] ?? 0) + (value ?? 1)
      },
    },
    take() {
      const taken = { gauges, counts }
      gauges = {}
      counts = {}
      return taken
    },
  }
}
