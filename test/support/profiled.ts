/** The native add-on for this Node.js, and work whose CPU time is known. */

import { type Binding, loadBinding } from '../../src/profiling/binding'
import type { Endpoints } from '../../src/profiling/endpoints'
import { WallSampler } from '../../src/profiling/wall-sampler'

export function binding(): Binding {
  const loaded = loadBinding()
  if (typeof loaded === 'string') throw new Error(loaded)
  return loaded
}

export function wallProfiler(timeline = false, endpoints?: Endpoints): WallSampler {
  const options = { intervalUs: 1_000, windowMs: 30_000, timeline, spans: true, cpu: true, restart: true }
  return new WallSampler(binding(), () => endpoints, options)
}

/** ms of CPU that this process spent in `work`. */
export function cpuMsOf(work: () => void): number {
  const before = process.cpuUsage()
  work()
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1000
}

/**
 * Works for about so many ms of wall time. Its callers stay on the stack, whether V8 inlines this function or not.
 */
export function spin(ms: number): number {
  const end = performance.now() + ms
  let turns = 0
  while (performance.now() < end) turns++
  return turns
}

/** Works for so many ms of this process's CPU time: enough samples, however busy the machine is. */
export function burn(ms: number): number {
  const before = process.cpuUsage()
  let turns = 0
  for (let spentMs = 0; spentMs < ms; ) {
    for (let i = 0; i < 20_000; i++) turns += Math.sqrt(i)
    const { user, system } = process.cpuUsage(before)
    spentMs = (user + system) / 1000
  }
  return turns
}
