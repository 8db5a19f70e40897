/** Waits for work of the tracer, with a limit. It is the one wait that keeps the process alive. */

/** Longest delay of a timer; a longer one overflows, and the timer fires at once. */
const LONGEST_MS = 0x7fff_ffff

/**
 * Returns whether `work` settles within `timeoutMs`. The process does not end by itself before that is known: all
 * sockets and timers of the tracer are unref'd, so nothing else would hold it while the application awaits the
 * result.
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
