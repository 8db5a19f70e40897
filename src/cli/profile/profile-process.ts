/** Profiles a running Node.js process through its inspector. */

import type { Profiler } from 'node:inspector'
import { encodeWall } from '../../profiling/inspector/cpu-profile'
import { encodeSpace, type SamplingHeapProfile } from '../../profiling/inspector/heap-profile'
import { checkProcess } from './check-process'
import { openInspector } from './find-inspector'
import { InspectorSession } from './inspector-session'
import { writeProfile } from './output'
import { startProgress } from './progress'
import type { ProfileSettings } from './settings'

/** Bytes between two samples on average, V8's default: little is allocated in half a minute. */
const HEAP_INTERVAL_BYTES = 32_768
const HEAP_DEPTH = 64

/**
 * Closes the process's inspector, which ends this connection before it answers. A single executable has no `require`.
 */
const CLOSE = `(process.getBuiltinModule ? process.getBuiltinModule('inspector') : require('inspector')).close()`

/** Profiles a process for some seconds and writes the file. Throws a `CommandError` if that fails. */
export async function profileProcess(
  pid: number,
  { seconds, path, type, samplesPerSecond }: ProfileSettings & { seconds: number },
  force: boolean,
): Promise<void> {
  checkProcess(pid, force)
  // From here on Ctrl-C must not leave the inspector open.
  const interrupted = new Promise<void>(resolve => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve())
  })
  const { url, wasOpen } = await openInspector(pid)
  const session = await InspectorSession.open(url)
  try {
    const take = type === 'space' ? await startSpace(session) : await startWall(session, samplesPerSecond)
    await untilEnough(pid, seconds, Promise.race([interrupted, session.closed]))
    const pprof = await take()
    writeProfile(path, type, [{ pprof, pid, osThreadId: process.platform === 'linux' ? String(pid) : 'NA' }])
  } finally {
    if (!wasOpen) {
      const asked = { expression: CLOSE, includeCommandLineAPI: true }
      await session.ask('Runtime.evaluate', asked).catch(() => {})
    }
    await session.close()
  }
}

/** Resolves when the time is over, or when `early` does. */
async function untilEnough(pid: number, seconds: number, early: Promise<void>): Promise<void> {
  const endProgress = startProgress(
    passed => `profiling process ${pid}: ${passed} of ${seconds} s (Ctrl-C ends it and writes)`,
  )
  let timer: NodeJS.Timeout | undefined
  const over = new Promise<void>(resolve => {
    timer = setTimeout(resolve, seconds * 1000)
  })
  await Promise.race([over, early])
  clearTimeout(timer)
  endProgress()
}

async function startWall(session: InspectorSession, perSecond: number): Promise<() => Promise<Uint8Array>> {
  const intervalUs = Math.round(1e6 / perSecond)
  await session.ask('Profiler.enable')
  await session.ask('Profiler.setSamplingInterval', { interval: intervalUs })
  await session.ask('Profiler.start')
  return async () => {
    const endMs = Date.now()
    const { profile } = await session.ask<Profiler.StopReturnType>('Profiler.stop')
    return encodeWall(profile, { intervalUs, timeline: false, endMs })
  }
}

async function startSpace(session: InspectorSession): Promise<() => Promise<Uint8Array>> {
  await session.ask('HeapProfiler.enable')
  await session.ask('HeapProfiler.startSampling', {
    samplingInterval: HEAP_INTERVAL_BYTES,
    stackDepth: HEAP_DEPTH,
  })
  return async () => {
    const { profile } = await session.ask<{ profile: SamplingHeapProfile }>('HeapProfiler.stopSampling')
    return encodeSpace(profile, HEAP_INTERVAL_BYTES)
  }
}
