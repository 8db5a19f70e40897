/** Keeps the process alive while somebody awaits our work; all our sockets and timers are unref'd. */

/** Longer than any wait; the timer never does anything. */
const FOREVER_MS = 0x7fff_ffff

/** What `work` settles to. The process does not end by itself before that. */
export async function holdOpen<T>(work: Promise<T>): Promise<T> {
  const hold = setTimeout(() => {}, FOREVER_MS)
  try {
    return await work
  } finally {
    clearTimeout(hold)
  }
}
