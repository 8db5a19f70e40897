/** Promises whose condition is checked whenever something arrives, until their deadline. */

/** The promises of one agent that wait. */
export interface Waiters {
  /**
   * Resolves with the first value of `look` that is not undefined, now or at a later `changed()`. Rejects after
   * `timeoutMs` with the text of `complain`, or with the error that `look` throws.
   */
  wait<T>(look: () => T | undefined, timeoutMs: number, complain: () => string): Promise<T>
  changed(): void
  /** Rejects all promises that wait. */
  abandon(reason: string): void
}

interface Waiter {
  look(): void
  fail(error: Error): void
}

/** Creates an empty set of promises. */
export function createWaiters(): Waiters {
  const waiting = new Set<Waiter>()
  return {
    wait(look, timeoutMs, complain) {
      // Created here, so that its stack shows the line of the test, not the timer; thrown later.
      const late = new Error()
      return new Promise((resolve, reject) => {
        const settle = (action: () => void) => {
          clearTimeout(timer)
          waiting.delete(waiter)
          action()
        }
        const waiter: Waiter = {
          look() {
            try {
              const found = look()
              if (found !== undefined) settle(() => resolve(found))
            } catch (error) {
              settle(() => reject(error))
            }
          },
          fail: error => settle(() => reject(error)),
        }
        const timer = setTimeout(() => {
          // V8 formats the stack on first access, with the message of that moment: it is rebuilt with the new message.
          const frames = (late.stack ?? '').split('\n').slice(1)
          late.message = `waited ${timeoutMs} ms: ${complain()}`
          late.stack = [`Error: ${late.message}`, ...frames].join('\n')
          waiter.fail(late)
        }, timeoutMs)
        waiting.add(waiter)
        waiter.look()
      })
    },
    changed() {
      for (const waiter of [...waiting]) waiter.look()
    },
    abandon(reason) {
      for (const waiter of [...waiting]) waiter.fail(new Error(reason))
    },
  }
}
