/** Profiles without the add-on: by the inspector, else by the package `pprof` where the application has it. */

import { type InspectorOptions, inspectorSamplers } from './inspector-engine'
import { pprofSamplers } from './pprof-engine'
import { thread } from './thread'
import type { Sampler } from './types'

export interface Fallback {
  name: 'pprof' | 'inspector'
  samplers: Sampler[]
  /** What its profiles have not, in words that follow on "without". */
  lacks: string
}

/**
 * Never throws: text says in plain words why there is none. The inspector comes first: the end of a window took it 50 to
 * 250 ms where pprof 5.0 took 175 to 245 (8 s of 400 functions, Node 20), and pprof tells no more; its heap profiler ended
 * every process of Node 24 that it was tried in.
 */
export function fallbackSamplers(options: InspectorOptions): Fallback | string {
  const samplers = inspectorSamplers(options)
  if (typeof samplers !== 'string')
    return { name: 'inspector', samplers, lacks: 'CPU time, spans and exact counts of objects' }
  // It has one profiler for the whole process.
  const pprof = thread.main
    ? pprofSamplers(options.types, options.wall.intervalUs)
    : 'it is for the main thread only'
  if (typeof pprof === 'string') return `${samplers}; pprof: ${pprof}`
  return { name: 'pprof', samplers: pprof, lacks: 'CPU time, spans, times of samples and heap profiles' }
}
