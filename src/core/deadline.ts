/** Waiting for our own work with a limit; the one wait that does keep the process alive. */

/** Longer waits overflow a timer and end at once. */
const LONGEST_MS = 0x7fff_ffff

/**
 * Whether `work` settles within `timeoutMs`. The process does not end by itself before that is known: all our sockets
 * and timers are unref'd, so nothing else would hold it while somebody awaits this.
 */
export function endsWithin(work: Promise<unknown>, timeoutMs: number): Promise<boolean> {
  return new Promise(resolve => {
    const limitMs = timeoutMs >= 0 ? Math.min(timeoutMs, LONGEST_MS) : 0
    const timer = setTimeout(() => resolve(false), limitMs)
    const done = (): void => {
      clearTimeout(timer)
      resolve(true)
    }
    work.then(done, done)
  })
}
