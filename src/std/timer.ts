/** Timers that never keep the application alive. */

/** Calls `callback` once, after `delayMs`. */
export function later(callback: () => void, delayMs: number): NodeJS.Timeout {
  const timer = setTimeout(callback, delayMs)
  timer.unref()
  return timer
}

/** Calls `callback` each `periodMs`. */
export function every(callback: () => void, periodMs: number): NodeJS.Timeout {
  const timer = setInterval(callback, periodMs)
  timer.unref()
  return timer
}
