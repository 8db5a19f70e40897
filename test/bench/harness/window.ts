/**
 * Measures a stretch of a process's life: CPU, heap garbage, time in the garbage collector, and a profile if wanted.
 */

import { writeFileSync } from 'node:fs'
import { Session } from 'node:inspector/promises'
import { GCProfiler } from 'node:v8'

export interface Window {
  /** User and system time of all threads, µs. */
  cpuUs: number
  /** Bytes allocated on the JavaScript heap. */
  allocatedBytes: number
  /** Pauses of the main thread for the garbage collector, µs of wall time, longer on a busy machine. */
  gcUs: number
}

/**
 * Starts to measure; the returned function ends it.
 *
 * Allocated bytes are counted, not sampled: between two collections the heap only grows, by what is allocated, so they
 * are the growth from the start to the first collection, from the end of each to the next, and from the last to the end.
 * `GCProfiler` has the heap's size before and after each collection, scavenges included; nothing is forced, so the
 * collector works as it would. Memory outside of the heap (the contents of buffers) is not in it.
 */
export function openWindow(): () => Window {
  const profiler = new GCProfiler()
  profiler.start()
  const cpuStart = process.cpuUsage()
  const heapStart = process.memoryUsage().heapUsed
  return () => {
    const heapEnd = process.memoryUsage().heapUsed
    const cpu = process.cpuUsage(cpuStart)
    let allocatedBytes = heapEnd - heapStart
    let gcUs = 0
    // Undefined only where no collection was.
    for (const { beforeGC, afterGC, cost } of profiler.stop()?.statistics ?? []) {
      allocatedBytes += beforeGC.heapStatistics.usedHeapSize - afterGC.heapStatistics.usedHeapSize
      gcUs += cost
    }
    return { cpuUs: cpu.user + cpu.system, allocatedBytes, gcUs }
  }
}

/** Starts a CPU profile; the returned function writes it to `file`. */
export async function openProfile(file: string): Promise<() => Promise<void>> {
  const session = new Session()
  session.connect()
  await session.post('Profiler.enable')
  await session.post('Profiler.setSamplingInterval', { interval: 200 })
  await session.post('Profiler.start')
  return async () => {
    const { profile } = await session.post('Profiler.stop')
    session.disconnect()
    writeFileSync(file, JSON.stringify(profile))
  }
}
