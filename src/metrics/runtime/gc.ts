/** Pauses of this thread for the collection of garbage, in nanoseconds: together, and by `gc_type`. */

import { PerformanceObserver } from 'node:perf_hooks'
import { fence } from '../../core/fence'
import { DurationStats, recordDurations } from './durations'
import type { Recorder, RuntimeMetric } from './metric'

/** Bits of V8's `GCType` (v8-callbacks.h). */
const TYPES: Readonly<Record<number, string>> = {
  1: 'scavenge',
  2: 'minor_mark_sweep',
  4: 'mark_sweep_compact',
  8: 'incremental_marking',
  16: 'process_weak_callbacks',
  31: 'all',
}
const NS_PER_MS = 1_000_000

interface GcEntry {
  /** ms */
  duration: number
  detail?: { kind?: number }
}

/** Starts the metric. */
export function gc(recorder: Recorder): RuntimeMetric {
  const all = new DurationStats()
  const byType = new Map<string, DurationStats>()
  const add = ({ detail, duration }: GcEntry): void => {
    const type = TYPES[detail?.kind ?? 0] ?? 'unknown'
    const nanoseconds = duration * NS_PER_MS
    let spread = byType.get(type)
    if (spread === undefined) {
      spread = new DurationStats()
      byType.set(type, spread)
    }
    spread.add(nanoseconds)
    all.add(nanoseconds)
  }
  const observer = new PerformanceObserver(list => {
    fence('runtime metrics', () => {
      for (const entry of list.getEntries()) add(entry as GcEntry)
    })
  })
  observer.observe({ entryTypes: ['gc'] })
  return {
    collect() {
      recordDurations(recorder, 'runtime.node.gc.pause', all.take())
      for (const [gc_type, spread] of byType) {
        recordDurations(recorder, 'runtime.node.gc.pause.by.type', spread.take(), { gc_type })
      }
    },
    stop: () => observer.disconnect(),
  }
}
