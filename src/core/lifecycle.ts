/** The end of the process: the only file that listens to it. */

import { fence } from './fence'
import { log } from './log'

export interface Ending {
  /** Whether something is left to send. */
  isPending(): boolean
  /** Sends it; settles within its own deadline. */
  flush(): Promise<unknown>
  /** Sends it while nothing asynchronous can run any more; returns how many spans are lost. */
  flushNow(): number
}

type Signal = 'SIGTERM' | 'SIGINT'
const SIGNALS: readonly Signal[] = ['SIGTERM', 'SIGINT']

/** Watches the process until the returned function is called. */
export function watchProcess(ending: Ending): () => void {
  // A program that simply ends emits this again each time it runs out of work: the last spans are sent too.
  const onBeforeExit = (): void => {
    if (ending.isPending()) void ending.flush()
  }
  const onExit = (): void => {
    fence('flush at exit', () => {
      const lost = ending.flushNow()
      if (lost > 0) log.warn('lost at exit', `${lost} spans lost: process.exit() before shutdown()`)
    })
  }
  const onSignal = (signal: Signal): void => {
    fence('flush at exit', () => ending.flushNow())
    // The application has handlers of its own: it decides what the signal means.
    if (process.listenerCount(signal) > 1) return
    // Nobody else listens: the process ends as it would without us, with the status that says so.
    process.removeListener(signal, handlers[signal])
    process.kill(process.pid, signal)
  }
  const handlers = { SIGTERM: () => onSignal('SIGTERM'), SIGINT: () => onSignal('SIGINT') }
  process.on('beforeExit', onBeforeExit)
  process.on('exit', onExit)
  for (const signal of SIGNALS) process.on(signal, handlers[signal])
  return () => {
    process.removeListener('beforeExit', onBeforeExit)
    process.removeListener('exit', onExit)
    for (const signal of SIGNALS) process.removeListener(signal, handlers[signal])
  }
}
