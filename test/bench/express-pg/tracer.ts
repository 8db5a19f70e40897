/** The tracer as a service starts it. */

import type { Traced } from './traced'

export function install(): Traced {
  const { tracer } = require('tracer') as typeof import('../../../src/index')
  tracer.init()
  return {
    flush: async () => {
      await tracer.flush()
    },
  }
}
