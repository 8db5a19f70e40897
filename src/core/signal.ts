/** What the tracer asks of one kind of data that leaves the process: traces, statistics, metrics, logs, profiles. */

import type { Config } from './config/resolve'
import type { FlushResult } from './flush-result'
import type { AgentRequest } from './transport'

/** What has not left when the process exits, as requests that another thread can make. */
export interface Unsent {
  /** Receiver of the requests, as `Transport.url` names it. */
  readonly url: string
  readonly requests: readonly AgentRequest[]
  /** Spans or log records that are lost where the receiver does not take the requests. */
  readonly itemCount: number
}

/** What the agent says about itself on `/info`. */
export interface AgentInfo {
  /** Paths that the agent serves. */
  readonly endpoints: readonly string[]
  /** `config.max_request_bytes`: the longest body that the agent takes. */
  readonly maxRequestBytes: number | undefined
  /** The whole answer, for what only one part of the tracer needs, such as `peer_tags` or `client_drop_p0s`. */
  readonly fields: Readonly<Record<string, unknown>>
}

/** Why a signal is flushed: `tracer.flush()` was called, or the program has run out of work and may end now. */
export type FlushReason = 'call' | 'idle'

/**
 * One kind of data that leaves the process. `src/signals.ts` lists all of them, `core/signals.ts` walks the list at
 * flush, shutdown and exit. A whole example is `test/e2e/made-up-signal/signal.ts`.
 */
export interface Signal {
  /**
   * Signals of one lane are flushed and shut down one after the other, in the order of the list, and share one
   * deadline; lanes run side by side. Signals that use one connection, or need each other, share a lane.
   */
  readonly lane: string
  /** What a warning calls the items that are lost: `spans`. */
  readonly items: string
  /** Whether something waits that would be lost if the process ended now. */
  readonly isPending: boolean
  /**
   * Sends what waits. Settles within `timeoutMs` and never rejects. The signal of traces tells what became of them. A
   * signal that gathers for some time, as profiles and statistics do, leaves the reason `call` alone.
   */
  flush(timeoutMs: number, reason: FlushReason): Promise<FlushResult | undefined>
  /**
   * Takes out what waits, as requests, when nothing asynchronous can run any more. A signal that can send without the
   * event loop does so here, and returns undefined.
   */
  takeUnsent(): Unsent | undefined
  /** Drops what waits, because the receiver has just been tried in vain. Returns how many items are lost. */
  giveUp(): number
  /**
   * Hears that the tracer shuts down, before the patches are removed and before any signal is shut down: the place to
   * gather what is true only now.
   */
  beforeShutdown?(): void
  /** Sends what waits, drops what is left after `timeoutMs`, and takes nothing from then on. Never rejects. */
  shutdown(timeoutMs: number): Promise<FlushResult | undefined>
  /**
   * Takes the settings of `init()`; called once for each signal that is open then, also right after it was opened.
   */
  configure?(config: Config): void
  /**
   * Takes what makes the tracer listen to the process. A signal that may never have work, such as metrics that are off,
   * calls it once it has; any other signal is watched for from its opening on.
   */
  watchWhenActive?(watch: () => void): void
  /** Sends to another agent from now on, also what waits. */
  setUrl?(url: string): void
  /** Takes what the agent says about itself; called for each new answer. */
  learn?(info: AgentInfo): void
  /** Hears that the process ends in the midst of its work; `takeUnsent` follows if the signal is pending. */
  cutOff?(): void
  /** Hears that no signal is pending and the program has nothing left to do. What is sent here may be lost. */
  beforeIdleExit?(): void
}

/** Place of a signal in the list: when it is wanted, and how it is opened. `Parts` is what the tracer hands to it. */
export interface SignalRow<Parts, S extends Signal = Signal> {
  /** The field's name for it, for the log: `traces`, `metrics`. */
  readonly name: string
  /**
   * Whether `init()` opens it with this configuration. One that uses `parts` is wanted only where `config.enabled`.
   */
  isWanted(config: Config): boolean
  /** Opens it; called once. Undefined where it cannot be opened, which `open` has logged. */
  open(config: Config, parts: Parts): S | undefined
}

/**
 * A signal with an API of its own, such as `tracer.dogstatsd`: it is opened by the first use of that, if not by
 * `init()`.
 */
export interface ProductRow<S extends Signal> extends SignalRow<unknown, S> {
  /** Opens it; called once. `config` is undefined as long as there was no `init()`: the environment decides then. */
  open(config?: Config): S
}
