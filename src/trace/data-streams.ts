/**
 * The interface of data streams monitoring to integrations: a pathway is the way of a message through queues and
 * services. It exists only if `DD_DATA_STREAMS_ENABLED` is set.
 */

import { AsyncLocalStorage } from 'node:async_hooks'
import type { Span } from './span'

/** The position of a message on its way, after its last checkpoint. */
export interface Pathway {
  /** Hash of all checkpoints so far, eight bytes; all zero before the first. */
  readonly hash: Uint8Array
  /** Time of the first checkpoint, ms since the epoch. */
  readonly startMs: number
  /** Time of the last checkpoint, ms since the epoch. */
  readonly edgeStartMs: number
  /** Direction of the last checkpoint, `in` or `out`; undefined for a pathway from another process. */
  readonly direction?: string
  /**
   * The pathway at the last checkpoint of the other direction; several checkpoints of one direction continue from it.
   */
  readonly opposite?: Pathway
}

/** Counts messages at checkpoints and carries pathways in message headers. */
export interface DataStreams {
  /**
   * Counts a message that passes the checkpoint `tags` (`direction:out`, `topic:orders`, `type:kafka`) on the pathway
   * `parent`. Returns the pathway that follows, and tags `span` with its hash.
   */
  checkpoint(tags: readonly string[], parent: Pathway | undefined, payloadBytes: number, span?: Span): Pathway
  /**
   * Records how far a queue has been written, read or acknowledged: the largest `offset` of ten seconds is reported.
   */
  backlog(tags: readonly string[], offset: number): void
  /** Writes the header of `pathway` into `carrier`, the headers of a message. */
  inject(pathway: Pathway, carrier: Record<string, unknown>): void
  /** Reads the pathway from the headers of a message; undefined if there is none or it is malformed. */
  extract(carrier: unknown): Pathway | undefined
}

/** Created by the first checkpoint of a received message: applications without data streams pay nothing. */
let storage: AsyncLocalStorage<Pathway | undefined> | undefined

/** Returns the pathway of the message that the running code handles. */
export function activePathway(): Pathway | undefined {
  return storage?.getStore()
}

/** Runs `fn.apply(self, args)` as the handler of a message with this pathway. */
export function runWithPathway<This, Args extends readonly unknown[], Result>(
  pathway: Pathway | undefined,
  fn: (this: This, ...args: Args) => Result,
  self: This,
  args: Args | IArguments,
): Result {
  if (pathway === undefined && storage === undefined) return Reflect.apply(fn, self, args as Args)
  storage ??= new AsyncLocalStorage()
  return storage.run(pathway, Reflect.apply, fn, self, args as Args) as Result
}

/** Makes `pathway` the one of the code that runs from here on. */
export function enterPathway(pathway: Pathway): void {
  storage ??= new AsyncLocalStorage()
  storage.enterWith(pathway)
}
