/** The open signals: flushed, turned to another agent, shut down and sent at exit by one walk over their list. */

import { parseAgentUrl } from './agent-url'
import type { Config } from './config/resolve'
import { fence, reportFailure } from './fence'
import type { FlushResult } from './flush-result'
import { type ProcessEnd, watchProcess } from './lifecycle'
import { log } from './log'
import { sendAtExit } from './send-at-exit'
import type { AgentInfo, ProductRow, Signal, SignalRow, Unsent } from './signal'
import type { AgentRequest } from './transport'

const FLUSH_TIMEOUT_MS = 5000
const SHUTDOWN_TIMEOUT_MS = 1000
/** Time for the last flush of a program that has nothing else to do. */
const IDLE_TIMEOUT_MS = 1000

export class Signals<Parts> {
  readonly #rows: readonly SignalRow<Parts>[]
  readonly #onProcessEnd: Pick<ProcessEnd, 'uncaught' | 'cutOff'>
  readonly #open = new Map<SignalRow<never>, Signal>()
  /** Signals that still had something waiting after the flush of an idle program: the exit is not held up again. */
  readonly #failed = new Set<Signal>()
  #unwatch: (() => void) | undefined
  #isIdleExitTold = false

  /**
   * `rows` in the order in which signals are flushed, shut down and sent at exit. `onProcessEnd` comes before the
   * last sending: what it finishes is sent, too.
   */
  constructor(rows: readonly SignalRow<Parts>[], onProcessEnd: Pick<ProcessEnd, 'uncaught' | 'cutOff'> = {}) {
    this.#rows = rows
    this.#onProcessEnd = onProcessEnd
  }

  /** Returns the signal of a row, if it is open. */
  get<S extends Signal>(row: SignalRow<never, S>): S | undefined {
    return this.#open.get(row) as S | undefined
  }

  /** Returns the signal of a product, which is opened now if it is not open yet. */
  ask<S extends Signal>(row: ProductRow<S>, config: Config | undefined): S {
    return this.get(row) ?? this.#add(row, row.open(config))
  }

  /**
   * Opens what the configuration wants, from the last row to the first: a signal may use those behind it. `parts` is
   * undefined where tracing is off; no row that uses it is wanted then.
   */
  start(config: Config, parts: Parts | undefined): void {
    for (const row of [...this.#rows].reverse()) {
      fence(row.name, () => {
        const isNew = !this.#open.has(row) && row.isWanted(config)
        const opened = isNew ? row.open(config, parts as Parts) : undefined
        if (opened !== undefined) this.#add(row, opened)
        this.get(row)?.configure?.(config)
      })
    }
  }

  /** Sends what waits in all signals, at most for five seconds. Never rejects; the result is that of the traces. */
  async flush(): Promise<FlushResult | undefined> {
    return firstOf(await this.#inLanes(FLUSH_TIMEOUT_MS, (each, ms) => each.flush(ms, 'call')))
  }

  /** Shuts all signals down; none is watched any more. Never rejects; the result is that of the traces. */
  async shutdown(timeoutMs = SHUTDOWN_TIMEOUT_MS): Promise<FlushResult | undefined> {
    for (const each of this.#inOrder()) fence('shutdown', () => each.beforeShutdown?.())
    const results = await this.#inLanes(timeoutMs, (each, ms) => each.shutdown(ms))
    this.#unwatch?.()
    this.#unwatch = undefined
    return firstOf(results)
  }

  /** Turns every signal that goes to the agent to another one. */
  setUrl(url: string): void {
    for (const each of this.#inOrder()) each.setUrl?.(url)
  }

  /** Hands on what the agent says about itself. */
  learn(info: AgentInfo): void {
    for (const each of this.#inOrder()) each.learn?.(info)
  }

  #add<S extends Signal>(row: SignalRow<never, S>, signal: S): S {
    this.#open.set(row, signal)
    if (signal.watchWhenActive === undefined) this.#watch()
    else signal.watchWhenActive(() => this.#watch())
    return signal
  }

  #watch(): void {
    this.#unwatch ??= watchProcess({
      idle: () => this.#idle(),
      uncaught: this.#onProcessEnd.uncaught,
      cutOff: (reason, failed) => {
        fence('cut off', () => this.#onProcessEnd.cutOff?.(reason, failed))
        for (const each of this.#inOrder()) fence('cut off', () => each.cutOff?.())
      },
      sendLast: () => this.#sendLast(),
    })
  }

  #inOrder(): Signal[] {
    return this.#rows.flatMap(row => this.#open.get(row) ?? [])
  }

  /** Calls `act` for each open signal with the time that is left; returns the results in the order of the list. */
  async #inLanes<Result>(
    timeoutMs: number,
    act: (signal: Signal, timeoutMs: number) => Promise<Result>,
  ): Promise<(Result | undefined)[]> {
    const endsAt = performance.now() + timeoutMs
    const signals = this.#inOrder()
    const lanes = new Map<string, Promise<unknown>>()
    const results = signals.map(signal => {
      const before = lanes.get(signal.lane)
      const run = async (): Promise<Result | undefined> => {
        try {
          return await act(signal, Math.max(0, endsAt - performance.now()))
        } catch (error) {
          reportFailure(signal.lane, error)
          return undefined
        }
      }
      // The first of a lane begins at once: what it takes out now is what there is now.
      const result = before === undefined ? run() : before.then(run)
      lanes.set(signal.lane, result)
      return result
    })
    return Promise.all(results)
  }

  /** Flushes what waits. Runs again each time the program is out of work: other listeners may have finished spans. */
  #idle(): void {
    const isWaiting = this.#inOrder().some(each => each.isPending && !this.#failed.has(each))
    if (isWaiting) void this.#inLanes(IDLE_TIMEOUT_MS, (each, ms) => this.#flushIdle(each, ms))
    else if (!this.#isIdleExitTold) {
      this.#isIdleExitTold = true
      for (const each of this.#inOrder()) fence('idle exit', () => each.beforeIdleExit?.())
    }
  }

  async #flushIdle(signal: Signal, timeoutMs: number): Promise<void> {
    if (!signal.isPending || this.#failed.has(signal)) return
    if (timeoutMs > 0) await signal.flush(timeoutMs, 'idle')
    if (signal.isPending) this.#failed.add(signal)
  }

  /** Sends what waits while the process exits: another thread makes the requests, and this one waits for it. */
  #sendLast(): void {
    const unsent: [Signal, Unsent][] = []
    for (const each of this.#inOrder()) {
      fence('flush at exit', () => {
        if (!each.isPending) return
        const rest = this.#failed.has(each) ? warnLost(each, each.giveUp()) : each.takeUnsent()
        if (rest !== undefined) unsent.push([each, rest])
      })
    }
    for (const url of new Set(unsent.map(([, rest]) => rest.url))) {
      fence('flush at exit', () =>
        sendTogether(
          url,
          unsent.filter(([, rest]) => rest.url === url),
        ),
      )
    }
  }
}

function firstOf(results: readonly (FlushResult | undefined)[]): FlushResult | undefined {
  return results.find(each => each !== undefined)
}

function sendTogether(url: string, unsent: readonly [Signal, Unsent][]): void {
  const address = parseAgentUrl(url)
  const requests: AgentRequest[] = unsent.flatMap(([, rest]) => rest.requests)
  const taken = address === undefined ? [] : sendAtExit(address, requests)
  for (const [signal, { requests, itemCount }] of unsent) {
    const results = taken.splice(0, requests.length)
    if (!requests.every((_, index) => results[index])) warnLost(signal, itemCount)
  }
}

function warnLost({ items }: Signal, count: number): undefined {
  if (count > 0)
    log.warn(`${items} lost at exit`, `${count} ${items} lost at exit: they were not taken in time`)
}
