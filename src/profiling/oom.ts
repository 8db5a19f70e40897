/** Sends the heap's profile when the heap is nearly full: another process does so before the thread dies. */

import { join } from 'node:path'
import { isMainThread, resourceLimits, threadId } from 'node:worker_threads'
import type { Config } from '../core/config/resolve'
import { log } from '../core/log'
import { agentUrlOf } from '../core/open-transport'
import type { Binding } from './binding'
import { eventOf } from './event'
import { identityHeaders } from './exporters'
import type { ProfilerFacts } from './facts'
import type { OomHeader } from './oom-message'
import { thread } from './thread'

/** Longest delay of the process's end. */
const LONGEST_MS = 15_000
const STRATEGIES = ['process', 'logs']

/**
 * Watches the heap's limit until the returned function is called. The caller has to start the heap sampler. `url` is
 * the agent's, if it is not the one of the settings.
 */
export function watchHeapLimit(
  binding: Pick<Binding, 'watchHeapLimit' | 'unwatchHeapLimit'>,
  config: Config,
  facts: ProfilerFacts,
  url?: string,
): () => void {
  const strategies = new Set(config.profilingOomStrategies)
  for (const name of strategies) {
    if (!STRATEGIES.includes(name))
      log.warn(
        'profiling oom',
        `DD_PROFILING_EXPERIMENTAL_OOM_EXPORT_STRATEGIES: ${name} is not known (${STRATEGIES.join(', ')})`,
      )
  }
  binding.watchHeapLimit({
    command: strategies.has('process') ? [process.execPath, join(__dirname, 'oom-exporter.js')] : [],
    environment: environment(),
    header: JSON.stringify(headerOf(config, facts, url)),
    waitMs: waitOf(config),
    logs: strategies.has('logs'),
    extensionBytes: config.profilingOomExtension,
    extensions: config.profilingOomExtensions,
    hasOtherWatcher: hasOtherWatcher(),
    limitBytes: isMainThread || config.profilingOomExtension > 0 ? 0 : workerLimit(),
    threadName: thread.name,
    threadId: thread.id,
  })
  return () => binding.unwatchHeapLimit()
}

/**
 * Returns the application's environment without NODE_OPTIONS, which would preload the application's tools in the
 * exporter.
 */
function environment(): string[] {
  return Object.entries(process.env)
    .filter(([name]) => name !== 'NODE_OPTIONS')
    .map(([name, value]) => `${name}=${value}`)
}

/**
 * Returns whether Node itself watches the limit too: in each worker, so that it ends without the process, and with an
 * option that writes snapshots. V8 asks the newest watcher only, which has to step aside for the next.
 */
function hasOtherWatcher(): boolean {
  if (!isMainThread) return true
  const options = `${process.execArgv.join(' ')} ${process.env.NODE_OPTIONS ?? ''}`
  return /--heapsnapshot[-_]near[-_]heap[-_]limit/.test(options)
}

/**
 * Returns the limit of a worker's old generation, at which the add-on acts by itself. If V8 asked the add-on first
 * and Node later, the worker would have grown past the room that Node then makes, and V8 would abort the whole
 * process.
 */
function workerLimit(): number {
  return (resourceLimits.maxOldGenerationSizeMb ?? 0) * 2 ** 20
}

function headerOf(config: Config, facts: ProfilerFacts, url: string | undefined): OomHeader {
  const now = Date.now()
  const set = {
    files: {},
    startMs: now,
    endMs: now,
    snapshot: 'on_oom' as const,
    number: 0,
    endpointCounts: {},
    missesSourceMaps: false,
  }
  const exporters = new Set(config.profilingExporters)
  return {
    url: exporters.has('agent') ? (url ?? agentUrlOf(config)) : undefined,
    headers: identityHeaders(facts.tracerVersion, config.externalEnv),
    event: eventOf(config, facts, set, ['space.pprof']),
    compression: config.profilingCompression,
    timeoutMs: waitOf(config),
    path: exporters.has('file')
      ? `${config.profilingFilePrefix}space_${process.pid}_${threadId}_oom.pprof`
      : undefined,
  }
}

/** Returns the time in ms for all attempts to send. */
function waitOf({ profilingUploadTimeout }: Config): number {
  return Math.min(profilingUploadTimeout, LONGEST_MS)
}
