/** The tracer as a service starts it. */

import type { ProfilingSubject } from './subject'

export function install(): ProfilingSubject {
  const { tracer } = require('tracer') as typeof import('../../../src/index')
  tracer.init()
  return {
    trace: (name, fn) => tracer.trace(name, fn),
    flush: async () => {
      await tracer.flush()
    },
  }
}
