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

/** With one listener for all of them: to a second one, the first would be the application's. */
const watched = new Set<Watched>()

/** Watches the process until the returned function is called. */
export function watchProcess(ending: Ending): () => void {
  if (watched.size === 0) {
    process.on('beforeExit', onBeforeExit)
    process.on('exit', sendAllLast)
    for (const signal of SIGNALS) process.on(signal, onSignal)
  }
  const own = new Watched(ending)
  watched.add(own)
  return () => {
    if (!watched.delete(own) || watched.size > 0) return
    process.removeListener('beforeExit', onBeforeExit)
    process.removeListener('exit', sendAllLast)
    for (const signal of SIGNALS) process.removeListener(signal, onSignal)
  }
}

class Watched {
  readonly #ending: Ending
  #hasFailed = false
  #hasSaidGoodbye = false

  constructor(ending: Ending) {
    this.#ending = ending
  }

  /** Called again each time the program runs out of work: spans that finish in other listeners are sent too. */
  beforeExit(): void {
    const ending = this.#ending
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
    const ending = this.#ending
    if (!ending.isPending()) return
    fence('flush at exit', () => {
      // The agent has just been tried in vain: the exit is not held up a second time.
      const lost = this.#hasFailed ? ending.giveUp() : ending.flushNow()
      if (lost > 0) log.warn('lost at exit', `${lost} spans lost at exit: they were not taken in time`)
    })
  }
}

function onBeforeExit(): void {
  for (const each of watched) each.beforeExit()
}

function sendAllLast(): void {
  for (const each of watched) each.sendLast()
}

function onSignal(signal: NodeJS.Signals): void {
  sendAllLast()
  // With other listeners, the application decides what the signal means.
  if (process.listenerCount(signal) > 1) return
  // Without, the process ends as it would without us, and with the status that says so.
  process.removeListener(signal, onSignal)
  process.kill(process.pid, signal)
}
