/** When the heap is nearly full, its profile leaves before the thread dies: another process sends it. */

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

/** How long the end of the process is held up at most. */
const LONGEST_MS = 15_000
const STRATEGIES = ['process', 'logs']

/** Until the returned function is called. The heap profiler has to run by itself. `url`: an agent other than the settings'. */
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

/** The application's, but for what would make the exporter another instance of it. */
function environment(): string[] {
  return Object.entries(process.env)
    .filter(([name]) => name !== 'NODE_OPTIONS')
    .map(([name, value]) => `${name}=${value}`)
}

/** Node's own: of each worker, which ends alone, and of an option that writes snapshots. V8 asks the newest only. */
function hasOtherWatcher(): boolean {
  if (!isMainThread) return true
  const options = `${process.execArgv.join(' ')} ${process.env.NODE_OPTIONS ?? ''}`
  return /--heapsnapshot[-_]near[-_]heap[-_]limit/.test(options)
}

/** A worker that was asked later than by Node alone has grown by more than the room that Node then makes: V8 aborts all. */
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

/** For all attempts to send. */
function waitOf({ profilingUploadTimeout }: Config): number {
  return Math.min(profilingUploadTimeout, LONGEST_MS)
}
