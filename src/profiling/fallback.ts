/** Profiles without the add-on: through the inspector, else through the package `pprof` if the application has it. */

import { type InspectorOptions, inspectorSamplers } from './inspector-engine'
import { pprofSamplers } from './pprof-engine'
import { thread } from './thread'
import type { Sampler } from './types'

/** An engine without the add-on. */
export interface Fallback {
  name: 'pprof' | 'inspector'
  samplers: Sampler[]
  /** What its profiles lack, in words that follow "without". */
  lacks: string
}

/**
 * Returns the samplers, or the reason in words why there are none. Never throws. The inspector comes first: ending a
 * window took it 50 to 250 ms, and pprof 5.0 175 to 245 ms (8 s of 400 functions, Node 20), and pprof's profiles hold
 * no more. The heap profiler of pprof ended every process of Node 24 that it was tried in.
 */
export function fallbackSamplers(options: InspectorOptions): Fallback | string {
  const samplers = inspectorSamplers(options)
  if (typeof samplers !== 'string')
    return { name: 'inspector', samplers, lacks: 'CPU time, spans and exact counts of objects' }
  // pprof has one profiler for the whole process.
  const pprof = thread.main
    ? pprofSamplers(options.types, options.wall.intervalUs)
    : 'it is for the main thread only'
  if (typeof pprof === 'string') return `${samplers}; pprof: ${pprof}`
  return { name: 'pprof', samplers: pprof, lacks: 'CPU time, spans, times of samples and heap profiles' }
}
