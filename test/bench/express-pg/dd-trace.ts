/** dd-trace as a service starts it. */

import { requirePeer } from '../harness/peers'
import type { Traced } from './traced'

interface DdTrace {
  init(): DdTrace
  _tracer: { _exporter: { flush(done: () => void): void } }
}

export function install(): Traced {
  const tracer = (requirePeer('dd-trace') as DdTrace).init()
  return {
    flush: () => new Promise<void>(resolve => tracer._tracer._exporter.flush(resolve)),
  }
}
