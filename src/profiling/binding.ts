/** What the native add-on offers to the profiler. */

import { loadAddon } from '../core/native'

export interface EncodedWindow {
  /** `wall.pprof`, not compressed. */
  readonly profile: Uint8Array
  /** Samples that found no room. */
  readonly lost: number
  /** The thread worked, yet V8 took no sample of it. */
  readonly stuck: boolean
}

/** What samples of a window are told with. */
export interface WindowOptions {
  /** Whether each keeps its time (`end_timestamp_ns`). */
  readonly timeline: boolean
  /** Whether they carry the ids of spans. */
  readonly spans: boolean
  /** Whether they have CPU time. */
  readonly cpu: boolean
  readonly mainThread: boolean
  readonly threadName: string
  readonly threadId: string
  /**
   * Rows of three int32 words: a local root (upper, lower) and the index of its endpoint in `endpoints`; the oldest is
   * row `oldest`.
   */
  readonly roots: Int32Array
  readonly oldest: number
  readonly endpoints: readonly string[]
  /** [id of a set, key, value, …] */
  readonly labels: readonly (number | string)[]
}

/** The add-on's functions, all for the thread that calls them; none throws. */
export interface Binding {
  /** Six int32 words that the signal handler reads; `span-slot.ts` names them. */
  readonly slot: Int32Array
  /** `capacity` = most samples of one window; later ones are lost. False when it could not start or runs. */
  startWall(intervalUs: number, capacity: number): boolean
  /** Ends a window, and begins the next with `again`; encodes it on the thread pool. Undefined when none ran. */
  takeWall(options: WindowOptions, again: boolean): Promise<EncodedWindow | undefined>
  /** Ends the last window, and encodes it at once, which holds this thread up. */
  finishWall(options: WindowOptions): EncodedWindow | undefined
  stopWall(): void
  /**
   * Learns where to find `span`, the active store of `storage`, in Node's async context; its field `trace` holds an
   * object whose field `root` is another span. Nothing is said of whether it was right: `readAsyncContext` shows.
   */
  learnSpan(storage: object, span: object): boolean
  /** The same for the labels: `set` is the active store of `storage`. Call after `learnSpan`. */
  learnLabels(storage: object, set: object): boolean
  /** What a sample taken now would carry, into all words of `slot` but the first. False: nothing was learned. */
  readAsyncContext(): boolean
  /** The handler reads the async context from now on, or the slot again. */
  useAsyncContext(on: boolean): void
  startHeap(intervalBytes: number, depth: number, allocated: boolean): boolean
  /** The `space.pprof` of now, encoded on the thread pool; undefined when it does not run. */
  takeHeap(threadName: string, threadId: string): Promise<Uint8Array | undefined>
  stopHeap(): void
  /** Does so when the heap's limit is about to be reached; a later plan takes the place of an earlier one. */
  watchHeapLimit(plan: HeapLimitPlan): void
  unwatchHeapLimit(): void
}

/** What the add-on does when no JavaScript can run any more. */
export interface HeapLimitPlan {
  /** Program and arguments; empty: none is run. */
  readonly command: readonly string[]
  /** `NAME=value` */
  readonly environment: readonly string[]
  /** The first line of its input; the rest is `space.pprof`. */
  readonly header: string
  /** For the program's end. */
  readonly waitMs: number
  /** Writes the largest stacks to stderr. */
  readonly logs: boolean
  /** How much the limit is raised then, and how often at most; -1 = always. */
  readonly extensionBytes: number
  readonly extensions: number
  /** Somebody else watches the limit as well, and has to be asked next. */
  readonly hasOtherWatcher: boolean
  /** Of the old generation, where V8 is to ask that other one only; 0 = it asks us. */
  readonly limitBytes: number
  readonly threadName: string
  readonly threadId: string
}

/** Loads the add-on. Never throws: text says in plain words why there is none. */
export function loadBinding(folder?: string): Binding | string {
  return loadAddon(folder) as Binding | string
}
