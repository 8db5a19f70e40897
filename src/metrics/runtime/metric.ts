/** What a runtime metric is: something that is asked from time to time, and says what has been since. */

import type { DogStatsd } from '../types'

/** Where it says it. */
export type Recorder = Pick<DogStatsd, 'gauge' | 'increment'>

export interface RuntimeMetric {
  collect(): void
  /** Undoes what it has switched on. */
  stop?(): void
}
