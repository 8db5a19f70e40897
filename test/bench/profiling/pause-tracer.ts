/** The tracer, whose samplers are timed: the part of `take()` that runs before its promise is there. */

import * as engines from '../../../src/profiling/engine'
import type { Sampler } from '../../../src/profiling/types'
import { createTracer } from '../../../src/tracer'
import { timed } from './rotations'
import type { ProfilingSubject } from './subject'

export function install(): ProfilingSubject {
  const { openEngine } = engines
  const parts = engines as { openEngine: typeof openEngine }
  parts.openEngine = config => {
    const engine = openEngine(config)
    return (
      engine && {
        ...engine,
        samplers: engine.samplers.map((sampler, index) => timedSampler(sampler, index === 0)),
      }
    )
  }
  const tracer = createTracer()
  tracer.init()
  return {
    trace: (name, fn) => tracer.trace(name, fn),
    flush: async () => {
      await tracer.flush()
    },
  }
}

function timedSampler(sampler: Sampler, isFirst: boolean): Sampler {
  return {
    type: sampler.type,
    start: () => sampler.start(),
    take: again => timed(sampler.type, isFirst, () => sampler.take(again)),
    stop: () => sampler.stop(),
  }
}
