/** dd-trace as a service starts it. */

import { requirePeer } from '../harness/peers'
import type { ProfilingSubject } from './subject'

interface DdTrace {
  init(): DdTrace
  trace<Result>(name: string, fn: () => Result): Result
  _tracer: { _exporter: { flush(done: () => void): void } }
}

export function install(): ProfilingSubject {
  const tracer = (requirePeer('dd-trace') as DdTrace).init()
  return {
    // Told that its function takes no argument, it would wait for a callback of one that has two.
    trace: (name, fn) => tracer.trace(name, () => fn()),
    // It has no public one.
    flush: () => new Promise<void>(resolve => tracer._tracer._exporter.flush(resolve)),
  }
}
