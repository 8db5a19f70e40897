/** What the bridge needs of the tracer, which may be started after it, or never. */

import type { TraceRuntime } from '../trace/local-trace'
import type { Propagator } from '../trace/propagation/propagator'

export interface RunningTracer {
  readonly runtime: TraceRuntime
  readonly propagator: Propagator
  /** Resolves when all that has finished was sent. */
  flush(): Promise<unknown>
}

export interface TracerSource {
  /** Undefined before `init()`, and when the tracer is off. */
  running(): RunningTracer | undefined
}
