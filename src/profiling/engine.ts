/** Chooses what profiles this thread: the add-on, else the inspector or the package `pprof`. */

import type { Config } from '../core/config/resolve'
import { log } from '../core/log'
import { followClosed } from '../trace/local-trace'
import { type Binding, loadBinding } from './binding'
import { EventsSampler } from './events/events-sampler'
import type { ProfilerFacts } from './facts'
import { fallbackSamplers } from './fallback'
import { type Following, followSpans } from './follow-spans'
import { SpaceSampler } from './space-sampler'
import type { ProfileType, Sampler } from './types'
import { WallSampler } from './wall-sampler'

/** What takes the profiles of this thread. */
export interface Engine {
  readonly name: ProfilerFacts['engine']
  /** Undefined without the add-on. */
  readonly binding: Binding | undefined
  /** Samplers in the order in which their windows end. */
  readonly samplers: readonly Sampler[]
  /** Whether the running span is read out of Node's async context. */
  isContextFrame(): boolean
  /** Returns how many requests ended since the last call, by endpoint. */
  takeCounts(): Record<string, number>
  /** Labels samples with the running span until the returned function is called. */
  follow(): () => void
}

const HEAP_DEPTH = 64
const MICROSECONDS = 1_000_000

interface WallSettings {
  intervalUs: number
  windowMs: number
  timeline: boolean
}

/** Returns the engine for the settings; undefined if nothing can profile this thread, which is logged. */
export function openEngine(config: Config): Engine | undefined {
  const types = typesOf(config)
  const wall: WallSettings = {
    intervalUs: Math.round(MICROSECONDS / config.profilingRate),
    windowMs: config.profilingPeriod * 1000,
    timeline: config.profilingTimeline,
  }
  const binding = loadBinding()
  const engine =
    typeof binding === 'string'
      ? withoutAddOn(config, types, wall, binding)
      : withAddOn(config, types, wall, binding)
  return engine !== undefined && types.has('events') ? withEvents(engine, wall) : engine
}

/** Returns the types of profiles that the settings ask for. The timeline includes `events`. */
export function typesOf(config: Config): Set<ProfileType> {
  const types = new Set<ProfileType>()
  for (const name of config.profilingTypes) {
    const type = name === 'cpu' ? 'wall' : name === 'heap' ? 'space' : name
    if (type === 'wall' || type === 'space' || type === 'events') types.add(type)
    else log.warn('profiling types', `DD_PROFILING_PROFILERS: ${name} is not known (wall, space, events)`)
  }
  if (config.profilingTimeline && types.has('wall')) types.add('events')
  if (!config.profilingWall) types.delete('wall')
  if (!config.profilingHeap) types.delete('space')
  return types
}

function withAddOn(
  config: Config,
  types: ReadonlySet<ProfileType>,
  wall: WallSettings,
  binding: Binding,
): Engine {
  let following: Following | undefined
  const samplers: Sampler[] = []
  if (types.has('space')) {
    const { profilingHeapInterval: intervalBytes, profilingAllocations: allocated } = config
    samplers.push(new SpaceSampler(binding, { intervalBytes, depth: HEAP_DEPTH, allocated }))
  }
  if (types.has('wall')) {
    samplers.push(
      new WallSampler(binding, () => following?.endpoints, {
        ...wall,
        spans: config.profilingHotspots,
        cpu: config.profilingCpu,
        restart: config.profilingWorkaround,
      }),
    )
  }
  return {
    name: 'native',
    binding,
    samplers,
    isContextFrame: () => following?.mode === 'async-context',
    takeCounts: () => following?.counts() ?? {},
    follow() {
      if (!types.has('wall')) return () => {}
      const begun = followSpans(binding, {
        endpoints: config.profilingEndpoints,
        useAsyncContext: config.profilingContextFrame,
      })
      following = begun
      return () => {
        begun.stop()
        following = undefined
      }
    },
  }
}

/**
 * Adds the sampler of events to an engine, and tells it of finished spans, by which it finds the span of an
 * operation.
 */
function withEvents(engine: Engine, wall: WallSettings): Engine {
  const events = new EventsSampler(wall)
  return {
    ...engine,
    samplers: [...engine.samplers, events],
    follow() {
      const unfollow = engine.follow()
      const forget = followClosed(span => events.closed(span))
      return () => {
        unfollow()
        forget()
      }
    },
  }
}

function withoutAddOn(
  config: Config,
  types: ReadonlySet<ProfileType>,
  wall: WallSettings,
  reason: string,
): Engine | undefined {
  const fallback = fallbackSamplers({
    types,
    wall,
    space: { intervalBytes: config.profilingHeapInterval, depth: HEAP_DEPTH },
  })
  if (typeof fallback === 'string') {
    log.warn('profiling', `no profiles: ${reason}, and ${fallback}`)
    return undefined
  }
  const { name, samplers, lacks } = fallback
  log.warn('profiling', `${reason}: profiles are made by ${name}, without ${lacks}`)
  return {
    name,
    binding: undefined,
    samplers,
    isContextFrame: () => false,
    takeCounts: () => ({}),
    follow: () => () => {},
  }
}
