/** `tracer.dogstatsd`: one for each process, opened when something is first to be sent. */

import { type Config, resolveConfig } from '../core/config/resolve'
import { readStableFiles } from '../core/config/stable-files'
import { log } from '../core/log'
import { waysOf } from './address'
import { type Core, createClient } from './client'
import { Pipeline, type Scope } from './pipeline'
import { lineSettings } from './settings'
import type { DogStatsd } from './types'

export interface Metrics {
  client: DogStatsd
  /** What `init()` found; what was counted before goes where it was to go. */
  configure(config: Config): void
  flush(): Promise<void>
  /** Sends what there is; from then on nothing is. */
  shutdown(timeoutMs?: number): Promise<void>
}

/** Without `config`, as long as there was no `init()`, the environment decides. */
export function openMetrics(config?: Config): Metrics {
  let settings = config
  /** Null: there is to be none. */
  let pipeline: Pipeline | null | undefined
  let scope: Scope = { prefix: '', tags: [] }

  const open = (): Pipeline | undefined => {
    settings ??= resolveConfig({}, process.env, readStableFiles())
    if (!settings.enabled) {
      pipeline = null
      return undefined
    }
    const line = lineSettings(settings)
    const { ways, problem } = waysOf(settings)
    if (problem !== undefined) log.warn('dogstatsd url', problem)
    scope = { prefix: line.prefix, tags: line.tags }
    const { dogstatsdAggregation: aggregation, dogstatsdTelemetry: telemetry } = settings
    pipeline = new Pipeline({ line, aggregation, telemetry, ways })
    return pipeline
  }
  const core: Core = {
    pipeline: () => (pipeline === undefined ? open() : (pipeline ?? undefined)),
    scope: () => scope,
    flush: async () => pipeline?.flush(),
  }
  return {
    client: createClient(core),
    configure(next) {
      settings = next
      void pipeline?.close()
      pipeline = undefined
    },
    flush: core.flush,
    async shutdown(timeoutMs) {
      const last = pipeline
      pipeline = null
      await last?.close(timeoutMs)
    },
  }
}
