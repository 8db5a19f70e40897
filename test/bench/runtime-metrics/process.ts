/** The process of one subject of `runtime-metrics`: a service that has nothing to do. */

import { setTimeout as delay } from 'node:timers/promises'
import { serve } from '../harness/serve'

if (process.env.BENCH_SUBJECT !== 'none') {
  const { tracer } = require('tracer') as typeof import('../../../src/index')
  tracer.init({ runtimeMetrics: process.env.BENCH_SUBJECT === 'runtime metrics' })
}

serve({
  /** Microseconds of CPU, of all threads. */
  async idle(ms: number): Promise<number> {
    const before = process.cpuUsage()
    await delay(ms)
    const { user, system } = process.cpuUsage(before)
    return user + system
  },
})
