/**
 * The interface of runtime metrics, which are collected at an interval and report what happened since the last time.
 */

import type { DogStatsd } from '../types'

/** The part of a DogStatsD client that runtime metrics use. */
export type Recorder = Pick<DogStatsd, 'gauge' | 'increment'>

/** A started metric. */
export interface RuntimeMetric {
  collect(): void
  /** Removes listeners and observers. */
  stop?(): void
}
