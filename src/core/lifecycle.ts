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
  /** Nothing is left to send and to do: the place for last words that nobody has to hear. Settles within its own deadline. */
  goodbye?(): Promise<unknown>
}

const SIGNALS = ['SIGTERM', 'SIGINT'] as const

/** Watches the process until the returned function is called. */
export function watchProcess(ending: Ending): () => void {
  let hasFailed = false
  let hasSaidGoodbye = false
  const onBeforeExit = (): void => {
    // Emitted again each time the program runs out of work: spans that finish in other listeners are sent too.
    if (hasFailed || !ending.isPending()) {
      if (!hasSaidGoodbye) void ending.goodbye?.()
      hasSaidGoodbye = true
      return
    }
    void ending.flush().then(() => {
      hasFailed = ending.isPending()
    })
  }
  const sendLast = (): void => {
    if (!ending.isPending()) return
    fence('flush at exit', () => {
      // The agent has just been tried in vain: the exit is not held up a second time.
      const lost = hasFailed ? ending.giveUp() : ending.flushNow()
      if (lost > 0) log.warn('lost at exit', `${lost} spans lost at exit: they were not taken in time`)
    })
  }
  const onSignal = (signal: NodeJS.Signals): void => {
    sendLast()
    // With other listeners, the application decides what the signal means.
    if (process.listenerCount(signal) > 1) return
    // Without, the process ends as it would without us, and with the status that says so.
    process.removeListener(signal, onSignal)
    process.kill(process.pid, signal)
  }
  process.on('beforeExit', onBeforeExit)
  process.on('exit', sendLast)
  for (const signal of SIGNALS) process.on(signal, onSignal)
  return () => {
    process.removeListener('beforeExit', onBeforeExit)
    process.removeListener('exit', sendLast)
    for (const signal of SIGNALS) process.removeListener(signal, onSignal)
  }
}
