/** The end of the process: the only file that listens to it. */

import { fence } from './fence'

/** Functions that are called when the process ends, or may end. */
export interface ProcessEnd {
  /** Called each time that the program has nothing left to do; it ends by that unless more work comes. */
  idle(): void
  /** Called for an error that nothing caught; `mayLive`: the application may still handle it. */
  uncaught?(error: Error, origin: NodeJS.UncaughtExceptionOrigin, mayLive: boolean): void
  /** Called when the process ends in the midst of its work, for `reason`; `failed`: something went wrong. */
  cutOff?(reason: string, failed: boolean): void
  /** Called when the process ends now, and nothing asynchronous can run any more. */
  sendLast(): void
}

const SIGNALS = ['SIGTERM', 'SIGINT', 'SIGHUP'] as const

/**
 * Everything that watches the process. One listener serves all: a second one would take the first for the
 * application's.
 */
const watched = new Set<ProcessEnd>()

/** Watches the process until the returned function is called. */
export function watchProcess(end: ProcessEnd): () => void {
  if (watched.size === 0) {
    process.on('beforeExit', onBeforeExit)
    process.on('exit', onExit)
    // Unlike a listener to `uncaughtException`, this one does not keep the process alive.
    process.on('uncaughtExceptionMonitor', onUncaught)
    for (const signal of SIGNALS) process.on(signal, onSignal)
  }
  watched.add(end)
  return () => {
    if (!watched.delete(end) || watched.size > 0) return
    process.removeListener('beforeExit', onBeforeExit)
    process.removeListener('exit', onExit)
    process.removeListener('uncaughtExceptionMonitor', onUncaught)
    for (const signal of SIGNALS) process.removeListener(signal, onSignal)
  }
}

/** True while the program has no work left: it ends by that unless more comes. */
let hasRunOut = false
/** A sentence about an error that nothing caught; undefined again once the process has survived it. */
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
    for (const each of watched) each.uncaught?.(error, origin, mayLive)
  })
}

function onExit(code: number): void {
  // Spans that are open when nothing is left to do have been forgotten, not cut off.
  if (!hasRunOut) cutOffAll(uncaughtText ?? `the process exited with code ${code}`, code !== 0)
  sendAllLast()
}

function cutOffAll(reason: string, failed: boolean): void {
  fence('cut off', () => {
    for (const each of watched) each.cutOff?.(reason, failed)
  })
}

function onBeforeExit(): void {
  hasRunOut = true
  // This runs only if the program goes on.
  setImmediate(() => {
    hasRunOut = false
  }).unref()
  for (const each of watched) each.idle()
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
  // Without other listeners, the process ends as it would without the tracer, and with the same status.
  process.removeListener(signal, onSignal)
  process.kill(process.pid, signal)
}
