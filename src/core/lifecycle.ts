/** The end of the process: the only file that listens to it. */

import { fence } from './fence'
import { log } from './log'

export interface Ending {
  /** Whether something is left to send. */
  isPending(): boolean
  /** Sends it; settles within its own deadline. */
  flush(): Promise<unknown>
  /** Sends it while nothing asynchronous can run any more, and waits for that; returns how many spans are lost. */
  flushNow(): number
  /** Drops it; returns how many spans are lost. */
  giveUp(): number
  /** Nobody caught `error`; the application may handle it after us if `mayLive`. */
  uncaught?(error: Error, origin: NodeJS.UncaughtExceptionOrigin, mayLive: boolean): void
  /** The process ends in the midst of its work, for `reason`; `failed`: something went wrong. */
  cutOff?(reason: string, failed: boolean): void
  /** Nothing is left to send and to do: the place for last words that nobody has to hear. Settles within its own deadline. */
  goodbye?(): Promise<unknown>
}

const SIGNALS = ['SIGTERM', 'SIGINT', 'SIGHUP'] as const

/** With one listener for all of them: to a second one, the first would be the application's. */
const watched = new Set<Watched>()

/** Watches the process until the returned function is called. */
export function watchProcess(ending: Ending): () => void {
  if (watched.size === 0) {
    process.on('beforeExit', onBeforeExit)
    process.on('exit', onExit)
    // Unlike a listener to `uncaughtException`, it does not keep the process alive.
    process.on('uncaughtExceptionMonitor', onUncaught)
    for (const signal of SIGNALS) process.on(signal, onSignal)
  }
  const own = new Watched(ending)
  watched.add(own)
  return () => {
    if (!watched.delete(own) || watched.size > 0) return
    process.removeListener('beforeExit', onBeforeExit)
    process.removeListener('exit', onExit)
    process.removeListener('uncaughtExceptionMonitor', onUncaught)
    for (const signal of SIGNALS) process.removeListener(signal, onSignal)
  }
}

class Watched {
  readonly ending: Ending
  #hasFailed = false
  #hasSaidGoodbye = false

  constructor(ending: Ending) {
    this.ending = ending
  }

  /** Called again each time the program runs out of work: spans that finish in other listeners are sent too. */
  beforeExit(): void {
    const { ending } = this
    if (this.#hasFailed || !ending.isPending()) {
      if (!this.#hasSaidGoodbye) void ending.goodbye?.()
      this.#hasSaidGoodbye = true
      return
    }
    void ending.flush().then(() => {
      this.#hasFailed = ending.isPending()
    })
  }

  sendLast(): void {
    const { ending } = this
    if (!ending.isPending()) return
    fence('flush at exit', () => {
      // The agent has just been tried in vain: the exit is not held up a second time.
      const lost = this.#hasFailed ? ending.giveUp() : ending.flushNow()
      if (lost > 0) log.warn('lost at exit', `${lost} spans lost at exit: they were not taken in time`)
    })
  }
}

/** The program has run out of work, and ends by that unless more comes. */
let hasRunOut = false
/** What nobody caught, in a sentence; of a process that has survived it, undefined again. */
let uncaughtText: string | undefined

function onUncaught(error: Error, origin: NodeJS.UncaughtExceptionOrigin): void {
  const mayLive =
    process.listenerCount('uncaughtException') > 0 || process.hasUncaughtExceptionCaptureCallback()
  fence('uncaught exception', () => {
    const what = origin === 'unhandledRejection' ? 'an unhandled rejection' : 'an uncaught exception'
    uncaughtText = `the process ended by ${what}`
    if (mayLive) {
      setImmediate(() => {
        uncaughtText = undefined
      }).unref()
    }
    for (const { ending } of watched) ending.uncaught?.(error, origin, mayLive)
  })
}

function onExit(code: number): void {
  // Spans that are open when nothing is left to do have been forgotten, not cut off.
  if (!hasRunOut) cutOffAll(uncaughtText ?? `the process exited with code ${code}`, code !== 0)
  sendAllLast()
}

function cutOffAll(reason: string, failed: boolean): void {
  fence('cut off', () => {
    for (const { ending } of watched) ending.cutOff?.(reason, failed)
  })
}

function onBeforeExit(): void {
  hasRunOut = true
  // Only runs if the program goes on.
  setImmediate(() => {
    hasRunOut = false
  }).unref()
  for (const each of watched) each.beforeExit()
}

function sendAllLast(): void {
  for (const each of watched) each.sendLast()
}

function onSignal(signal: NodeJS.Signals): void {
  // With other listeners, the application decides what the signal means.
  const isLast = process.listenerCount(signal) === 1
  if (isLast) cutOffAll(`the process was ended by ${signal}`, true)
  sendAllLast()
  if (!isLast) return
  // Without, the process ends as it would without us, and with the status that says so.
  process.removeListener(signal, onSignal)
  process.kill(process.pid, signal)
}
