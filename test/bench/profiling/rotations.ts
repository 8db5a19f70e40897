/** How long the main thread is held up when one profile ends and the next begins. */

export interface Rotation {
  /** When it began, ms. */
  at: number
  /** What the profiler's calls on the main thread took, by kind of profile. */
  called: Record<string, Took>
}

/** ms on the wall, in which a busy machine does other things too, and of CPU. */
export interface Took {
  wall: number
  cpu: number
}

export const rotations: Rotation[] = []

/** Adds what `call` takes until it returns to the rotation under way; `begins` a new one. */
export function timed<Result>(kind: string, begins: boolean, call: () => Result): Result {
  const at = performance.now()
  const cpuStart = cpuMs()
  if (begins) rotations.push({ at, called: {} })
  try {
    return call()
  } finally {
    const called = rotations.at(-1)?.called
    if (called !== undefined) {
      called[kind] ??= { wall: 0, cpu: 0 }
      called[kind].wall += performance.now() - at
      called[kind].cpu += cpuMs() - cpuStart
    }
  }
}

/** CPU time of this thread; before Node.js 23.9 of the process, which includes other threads. */
function cpuMs(): number {
  const { threadCpuUsage = process.cpuUsage } = process as { threadCpuUsage?: typeof process.cpuUsage }
  const { user, system } = threadCpuUsage.call(process)
  return (user + system) / 1000
}
