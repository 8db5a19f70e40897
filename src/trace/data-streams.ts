/** The way of a message through queues and services ("pathway"), as integrations see it; off unless asked for. */

import { AsyncLocalStorage } from 'node:async_hooks'
import type { Span } from './span'

/** Where a message has come to. */
export interface Pathway {
  /** Eight bytes; all zero before the first checkpoint. */
  readonly hash: Uint8Array
  /** Epoch ms of the first checkpoint. */
  readonly startMs: number
  /** Epoch ms of the last one. */
  readonly edgeStartMs: number
  /** Of the last checkpoint, `in` or `out`; undefined for what came from another process. */
  readonly direction?: string
  /** The last checkpoint of the other direction: what several of one direction have in common. */
  readonly opposite?: Pathway
}

export interface DataStreams {
  /**
   * Counts a message that passes `tags` (`direction:out`, `topic:orders`, `type:kafka`) on the way that began with
   * `parent`; answers where it is then, which `span` is tagged with.
   */
  checkpoint(tags: readonly string[], parent: Pathway | undefined, payloadBytes: number, span?: Span): Pathway
  /** How far a queue has been written, read or acknowledged: the largest `offset` of ten seconds counts. */
  backlog(tags: readonly string[], offset: number): void
  /** Writes the header for a message into `carrier`. */
  inject(pathway: Pathway, carrier: Record<string, unknown>): void
  /** Reads that of a message; undefined when there is none to be understood. */
  extract(carrier: unknown): Pathway | undefined
}

/** Made by the first checkpoint of something that was received. */
let storage: AsyncLocalStorage<Pathway | undefined> | undefined

/** Of the message that the running code handles. */
export function activePathway(): Pathway | undefined {
  return storage?.getStore()
}

/** Runs `fn.apply(self, args)` for a message that has come there. */
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

/** What runs from here on handles such a message. */
export function enterPathway(pathway: Pathway): void {
  storage ??= new AsyncLocalStorage()
  storage.enterWith(pathway)
}
