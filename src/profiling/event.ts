/**
 * Makes `event.json`, which describes an upload of profiles (profiling intake of the agent, family `node`, version 4).
 */

import { availableParallelism, hostname, release, type, version } from 'node:os'
import type { Config } from '../core/config/resolve'
import { processTags } from '../core/process-tags'
import { runtimeId } from '../core/runtime-id'
import { isServerless } from '../core/serverless'
import { gitOf, userTags } from '../core/unified-tags'
import { clean, type ProfilerFacts } from './facts'
import type { ProfileSet, ProfileType } from './types'

/** Number of threads in libuv's pool by default. */
const DEFAULT_POOL_SIZE = 4

/** Returns the document for the profiles of `set`, which are attached under `names`. */
export function eventOf(
  config: Config,
  facts: ProfilerFacts,
  set: ProfileSet,
  names: readonly string[],
): object {
  return {
    attachments: names,
    start: new Date(set.startMs).toISOString(),
    end: new Date(set.endMs).toISOString(),
    family: 'node',
    version: '4',
    tags_profiler: tagsOf(config, facts, set),
    endpoint_counts: set.endpointCounts,
    custom_attributes: facts.labelKeys.length > 0 ? facts.labelKeys : undefined,
    process_tags: config.processTags ? processTags(config) : undefined,
    info: infoOf(config, facts, set),
  }
}

/**
 * Returns `name:value,…`. The format has no escapes: a comma in a value would begin another tag, so `clean` takes it
 * out.
 */
function tagsOf(config: Config, { tracerVersion }: ProfilerFacts, { snapshot, number }: ProfileSet): string {
  const { service, env, version: appVersion } = config
  const git = gitOf(config)
  const tags: Record<string, string | number | undefined> = {
    language: 'javascript',
    runtime: 'nodejs',
    runtime_arch: process.arch,
    runtime_os: process.platform,
    runtime_version: process.version,
    process_id: process.pid,
    profiler_version: tracerVersion,
    format: 'pprof',
    ...userTags(config),
    service,
    env,
    version: appVersion,
    'runtime-id': runtimeId,
    host: config.reportHostname ? hostname() : undefined,
    functionname: process.env.AWS_LAMBDA_FUNCTION_NAME,
    'git.repository_url': git.repository,
    'git.commit.sha': git.commit,
    snapshot,
    profile_seq: number,
  }
  return Object.entries(tags)
    .filter(([, value]) => value !== undefined && value !== '')
    .map(([name, value]) => `${clean(name)}:${clean(String(value))}`)
    .join(',')
}

function infoOf(config: Config, facts: ProfilerFacts, set: ProfileSet): object {
  return {
    application: {
      env: config.env,
      service: config.service,
      start_time: new Date(Date.now() - process.uptime() * 1000).toISOString(),
      version: config.version,
    },
    platform: {
      hostname: config.reportHostname ? hostname() : undefined,
      kernel_name: type(),
      kernel_release: release(),
      kernel_version: version(),
    },
    profiler: {
      activation: facts.activation,
      ssi: { mechanism: 'none' },
      version: facts.tracerVersion,
      serverless: isServerless(process.env),
      engine: facts.engine,
      settings: settingsOf(config, facts),
      hasMissingSourceMaps: set.missesSourceMaps,
    },
    runtime: {
      available_processors: availableParallelism(),
      engine: 'nodejs',
      libuv_threadpool_size: Number(process.env.UV_THREADPOOL_SIZE) || DEFAULT_POOL_SIZE,
      version: process.versions.node,
    },
  }
}

function settingsOf(config: Config, { types, isContextFrame }: ProfilerFacts): object {
  return {
    allocationProfilingEnabled: config.profilingAllocations,
    asyncContextFrameEnabled: isContextFrame,
    codeHotspotsEnabled: config.profilingHotspots,
    cpuProfilingEnabled: config.profilingCpu,
    endpointCollectionEnabled: config.profilingEndpoints,
    heapSamplingInterval: config.profilingHeapInterval,
    oomMonitoring: { enabled: config.profilingOom },
    profilerTypes: types satisfies readonly ProfileType[],
    samplingRate: config.profilingRate,
    sourceMapEnabled: config.profilingSourceMaps,
    timelineEnabled: config.profilingTimeline,
    uploadCompression: config.profilingCompression,
  }
}
