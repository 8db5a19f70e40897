/** `tracer.profiling`: one object for each thread; the profiler behind it is opened when it is first used. */

import { type Config, resolveConfig } from '../core/config/resolve'
import { readStableFiles } from '../core/config/stable-files'
import { endsWithin } from '../core/deadline'
import { runDetached } from '../core/detached-context'
import { fence, reportFailure } from '../core/fence'
import { log } from '../core/log'
import type { Signal } from '../core/signal'
import { readCounters } from '../core/tracer-counters'
import { later } from '../std/timer'
import { runWithLabels, setCustomLabelKeys } from './labels'
import { type Opened, open } from './open'
import type { Profiling } from './public'

/** The signal of profiles, and the object that the application uses. */
export interface ProfilingProduct extends Signal {
  readonly api: Profiling
}

const CAPTURE_MS = 10_000
/** Longest time for the last profile, when the program has nothing else to do. */
const LAST_MS = 1000
/** How often `auto` checks whether a span was sent. */
const LOOK_AGAIN_MS = 10_000

/** Opens `tracer.profiling`. Without `config`, until `init()` gives one, the environment decides. */
export function openProfiling(config?: Config): ProfilingProduct {
  let settings = config
  let opened: Opened | undefined
  /** Whether the last profile has yet to leave: when the program runs out of work, or is cut off in the midst of it. */
  let isLastWanted = false
  let isCutOff = false
  let waiting: NodeJS.Timeout | undefined
  /** The agent that `setUrl()` named. */
  let url: string | undefined
  let isShut = false
  let watch = (): void => {}

  const get = (activation: 'manual' | 'auto' = 'manual'): Opened | undefined => {
    if (opened !== undefined || isShut) return opened
    settings ??= resolveConfig({}, process.env, readStableFiles())
    opened = fence('profiling', () => open(settings as Config, activation))
    if (url !== undefined) opened?.setUrl(url)
    return opened
  }

  const start = (activation?: 'manual' | 'auto'): boolean => {
    clearTimeout(waiting)
    const isStarted = get(activation)?.profiler.start() === true
    if (isStarted) {
      isLastWanted = true
      watch()
    }
    return isStarted
  }

  const stop = async (timeoutMs = LAST_MS): Promise<void> => {
    clearTimeout(waiting)
    isLastWanted = false
    await opened?.profiler.stop(timeoutMs).catch(error => reportFailure('profiling', error))
  }

  /** Starts `auto` profiling when the process is old enough and has sent spans; short programs are not worth it. */
  const startWhenOld = (thresholdMs: number): void => {
    const ageMs = process.uptime() * 1000
    if (ageMs >= thresholdMs && readCounters().spansSent > 0) {
      start('auto')
      return
    }
    waiting = runDetached(
      later,
      () => startWhenOld(thresholdMs),
      Math.max(thresholdMs - ageMs, LOOK_AGAIN_MS),
    )
  }

  return {
    api: {
      start: () => start(),
      stop: () => stop(),
      async capture({ durationMs = CAPTURE_MS } = {}) {
        return (await get()?.profiler.capture(durationMs)) ?? {}
      },
      runWithLabels,
      setCustomLabelKeys,
    },
    configure(next) {
      const wasRunning = opened?.profiler.isRunning === true
      opened?.close()
      opened = undefined
      settings = next
      if (next.profiling === 'true' || wasRunning) start()
      else if (next.profiling === 'auto') startWhenOld(next.profilingLongLived)
    },
    watchWhenActive(begin) {
      watch = begin
    },
    lane: 'profiles',
    items: 'profiles',
    get isPending() {
      return isLastWanted && opened?.profiler.isRunning === true
    },
    // A profile under way has not finished, so a call of `flush()` leaves it alone. Where the program finds more to do
    // after it has run out of work, profiling goes on.
    async flush(timeoutMs, reason) {
      if (reason === 'call' || !isLastWanted) return undefined
      isLastWanted = false
      const isSent = await endsWithin(opened?.profiler.cut('on_shutdown') ?? Promise.resolve(), timeoutMs)
      if (!isSent) log.warn('last profile', 'the last profile is lost: it was not exported in time')
      return undefined
    },
    cutOff() {
      isCutOff = true
    },
    takeUnsent() {
      if (isCutOff) opened?.profiler.finish()
      return undefined
    },
    giveUp: () => 0,
    setUrl(next) {
      url = next
      opened?.setUrl(next)
    },
    async shutdown(timeoutMs) {
      await stop(timeoutMs)
      opened?.close()
      opened = undefined
      isShut = true
      return undefined
    },
  }
}
