/** The part of the tracer that the bridge uses. The tracer may be started later than the bridge, or never. */

import type { TraceRuntime } from '../trace/local-trace'
import type { Propagator } from '../trace/propagation/propagator'

/** A tracer that is started. */
export interface RunningTracer {
  readonly runtime: TraceRuntime
  readonly propagator: Propagator
  /** Resolves when all finished spans have been sent. */
  flush(): Promise<unknown>
}

/** Finds the tracer at each use. */
export interface TracerSource {
  /** Returns the tracer; undefined before `init()`, and while the tracer is off. */
  running(): RunningTracer | undefined
}
