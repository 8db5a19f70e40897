/** The functions and types of the native add-on. */

import { loadAddon } from '../core/native'

/** A window of wall and CPU samples, encoded. */
export interface EncodedWindow {
  /** `wall.pprof`, not compressed. */
  readonly profile: Uint8Array
  /** Number of samples that were dropped because the window was full. */
  readonly lost: number
  /** Whether V8 took no sample although the thread used CPU. */
  readonly stuck: boolean
}

/** Labels and options for the samples of a window. */
export interface WindowOptions {
  /** Whether each sample keeps its time (`end_timestamp_ns`). */
  readonly timeline: boolean
  /** Whether samples carry the ids of spans. */
  readonly spans: boolean
  /** Whether samples have CPU time. */
  readonly cpu: boolean
  readonly mainThread: boolean
  readonly threadName: string
  readonly threadId: string
  /**
   * Rows of three int32 words: a local root (upper, lower) and the index of its endpoint in `endpoints`; the oldest
   * is row `oldest`.
   */
  readonly roots: Int32Array
  readonly oldest: number
  readonly endpoints: readonly string[]
  /** [id of a set, key, value, …] */
  readonly labels: readonly (number | string)[]
}

/** The functions of the add-on. Each acts on the thread that calls it; none throws. */
export interface Binding {
  /** Six int32 words that the signal handler reads; their order is that of `SLOT` (span-slot.ts). */
  readonly slot: Int32Array
  /**
   * Starts to sample wall and CPU time. `capacity` is the most samples of a window; later ones are lost. Returns
   * false if it runs already or V8 refuses.
   */
  startWall(intervalUs: number, capacity: number): boolean
  /**
   * Ends the window, and begins the next if `again`. Resolves with the window, encoded on the thread pool; undefined
   * if none was open.
   */
  takeWall(options: WindowOptions, again: boolean): Promise<EncodedWindow | undefined>
  /** Ends the last window and encodes it on this thread, which is blocked meanwhile. */
  finishWall(options: WindowOptions): EncodedWindow | undefined
  /** Ends the window without a profile. */
  stopWall(): void
  /**
   * Learns where Node's async context holds `span`, which is the active store of `storage`. Its field `trace` is an
   * object whose field `root` is another span. True does not prove that the place is right: try `readAsyncContext`.
   */
  learnSpan(storage: object, span: object): boolean
  /** Learns where Node's async context holds the label set, the active store of `storage`. Call after `learnSpan`. */
  learnLabels(storage: object, set: object): boolean
  /** Writes what a sample taken now would carry into `slot`, all words but the first. False if nothing was learned. */
  readAsyncContext(): boolean
  /** Makes the signal handler read the async context from now on, or the slot. */
  useAsyncContext(on: boolean): void
  /** Starts V8's sampling heap profiler. Returns false if it runs already or V8 refuses. */
  startHeap(intervalBytes: number, depth: number, allocated: boolean): boolean
  /**
   * Resolves with a `space.pprof` of this moment, encoded on the thread pool; undefined if the profiler does not run.
   */
  takeHeap(threadName: string, threadId: string): Promise<Uint8Array | undefined>
  stopHeap(): void
  /** Carries out the plan when the heap is about to reach its limit. A later plan replaces an earlier one. */
  watchHeapLimit(plan: HeapLimitPlan): void
  unwatchHeapLimit(): void
}

/** What the add-on does when the heap is nearly full and no JavaScript can run. */
export interface HeapLimitPlan {
  /** Program and arguments; empty if none is run. */
  readonly command: readonly string[]
  /** Environment of the program, as `NAME=value`. */
  readonly environment: readonly string[]
  /** First line of the program's input; the rest is `space.pprof`. */
  readonly header: string
  /** Longest wait for the program's end. */
  readonly waitMs: number
  /** Whether the largest stacks are written to stderr. */
  readonly logs: boolean
  /** How much the limit is raised afterwards, and how often at most; -1 = without limit. */
  readonly extensionBytes: number
  readonly extensions: number
  /** Whether Node watches the limit too and has to be asked by V8 afterwards. */
  readonly hasOtherWatcher: boolean
  /**
   * Size of the old generation at which the add-on acts by itself and leaves V8's question to Node; 0 = V8 asks the
   * add-on.
   */
  readonly limitBytes: number
  readonly threadName: string
  readonly threadId: string
}

/** Loads the add-on, or returns the reason in words why there is none. Never throws. */
export function loadBinding(folder?: string): Binding | string {
  return loadAddon(folder) as Binding | string
}
