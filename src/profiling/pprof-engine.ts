/**
 * Samples wall time with the package `pprof` 5 of Google, which has one profiler for the process. Its profiles are
 * encoded like those of the add-on. The heap is left out: on Node 24 the heap profiler of `pprof` crashes the
 * process.
 */

import { fence, reportFailure } from '../core/fence'
import { encodeWallHits, type Hits } from './encode/wall'
import { COLUMNS, type PprofPackage, samplesOf } from './pprof/package'
import type { ProfileType, Sampler } from './types'

/** Returns a sampler of wall time, or the reason in words why there is none. Never throws. */
export function pprofSamplers(types: ReadonlySet<ProfileType>, intervalUs: number): Sampler[] | string {
  let pprof: PprofPackage
  try {
    pprof = require('pprof') as PprofPackage
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    return code === 'MODULE_NOT_FOUND' ? 'it is not installed' : `it does not load: ${message}`
  }
  if (typeof pprof?.time?.start !== 'function') return 'it is another package of that name'
  return types.has('wall') ? [wallSampler(pprof, intervalUs)] : 'it is used for wall time only'
}

function wallSampler(pprof: PprofPackage, intervalUs: number): Sampler {
  let end: ReturnType<PprofPackage['time']['start']> | undefined
  const start = (): boolean => {
    if (end !== undefined) return false
    // This throws while the application itself profiles with `pprof`.
    end = fence('profiling by pprof', () => pprof.time.start(intervalUs, undefined, COLUMNS))
    return end !== undefined
  }
  return {
    type: 'wall',
    start,
    async take(again) {
      const profile = end && fence('profiling by pprof', end)
      end = undefined
      if (again) start()
      if (profile === undefined) return undefined
      const hits: Hits[] = samplesOf(profile).map(({ stack, values }) => ({ stack, count: values[0] }))
      const count = hits.reduce((sum, each) => sum + each.count, 0)
      const durationUs = Number(profile.durationNanos ?? 0) / 1000
      return encodeWallHits(hits, { intervalUs, durationUs, count, endMs: Date.now() }).catch(error => {
        reportFailure('profiling by pprof', error)
        return undefined
      })
    },
    stop() {
      if (end !== undefined) fence('profiling by pprof', end)
      end = undefined
    },
  }
}
