/** Opens the profiler from the configuration: engine, exporters and the profiler itself. */

import type { Config } from '../core/config/resolve'
import { log } from '../core/log'
import { packageVersion } from '../std/version'
import { compressor } from './compress'
import { openEngine } from './engine'
import { agentExporter, fileExporter } from './exporters'
import type { ProfilerFacts } from './facts'
import { customLabelKeys } from './labels'
import { watchHeapLimit } from './oom'
import { Profiler, type SourceMapper } from './profiler'
import { SourceMaps } from './source-maps'
import type { ProfileExporter } from './types'

/** An opened profiler with its exporters. */
export interface Opened {
  readonly profiler: Profiler
  setUrl(url: string): void
  /** Ends the profiler and its exporters at once; windows and uploads under way are lost. */
  close(): void
}

const AS_THEY_ARE: SourceMapper = { map: async bytes => bytes, hasMissing: false }

/** Returns the opened profiler; undefined if nothing can profile this thread, which is logged. */
export function open(config: Config, activation: ProfilerFacts['activation']): Opened | undefined {
  const engine = openEngine(config)
  if (engine === undefined) return undefined
  const tracerVersion = packageVersion()
  const facts = (): ProfilerFacts => ({
    tracerVersion,
    activation,
    engine: engine.name,
    types: engine.samplers.map(({ type }) => type),
    isContextFrame: engine.isContextFrame(),
    labelKeys: customLabelKeys(),
  })
  const exporters = openExporters(config, facts)
  let unwatch: (() => void) | undefined
  let agentUrl: string | undefined
  const watchHeap = (): void => {
    const { binding, samplers } = engine
    if (binding === undefined || !config.profilingOom || !samplers.some(({ type }) => type === 'space'))
      return
    unwatch = watchHeapLimit(binding, config, facts(), agentUrl)
  }
  const profiler = new Profiler({
    samplers: engine.samplers,
    exporters,
    periodMs: config.profilingPeriod * 1000,
    takeCounts: engine.takeCounts,
    sources: config.profilingSourceMaps ? new SourceMaps() : AS_THEY_ARE,
    follow() {
      const unfollow = engine.follow()
      watchHeap()
      return () => {
        unfollow()
        unwatch?.()
        unwatch = undefined
      }
    },
  })
  return {
    profiler,
    setUrl(url) {
      for (const each of exporters) each.setUrl?.(url)
      agentUrl = url
      if (unwatch !== undefined) watchHeap()
    },
    close() {
      profiler.abandon()
      for (const each of exporters) each.close?.()
    },
  }
}

function openExporters(config: Config, facts: () => ProfilerFacts): ProfileExporter[] {
  const compress = compressor(config.profilingCompression)
  const exporters: ProfileExporter[] = []
  for (const name of config.profilingExporters) {
    if (name === 'agent') exporters.push(agentExporter(config, compress, facts))
    else if (name === 'file') exporters.push(fileExporter(config.profilingFilePrefix, compress))
    else log.warn('profiling exporter', `DD_PROFILING_EXPORTERS: ${name} is not known (agent, file)`)
  }
  return exporters
}
