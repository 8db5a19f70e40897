/** The public types of `tracer.profiling`. */

/** Options of `capture()`. */
export interface CaptureOptions {
  /** Length of the capture in ms; default 10,000. */
  durationMs?: number
}

/** Profiles as pprof, not compressed, for `go tool pprof`, https://github.com/google/pprof or speedscope. */
export interface CapturedProfiles {
  /** Samples, wall time and CPU time by stack. */
  wall?: Uint8Array
  /** Memory that the heap holds at the end, by the stack that allocated it. */
  space?: Uint8Array
  /** Garbage collections, and slow lookups of names and connections. */
  events?: Uint8Array
}

/** Labels for samples: up to 20, keys and texts up to 200 characters long. */
export type ProfileLabels = Readonly<Record<string, string | number>>

/** The profiler of the thread that uses it: `tracer.profiling`. */
export interface Profiling {
  /**
   * Starts to profile and to export, as `init({ profiling: true })` does. Returns false if it cannot; the log says
   * why.
   */
  start(): boolean
  /** Stops profiling and exports the last profile. Resolves within a second. */
  stop(): Promise<void>
  /**
   * Resolves with the profiles of the next `durationMs`, also while profiles are exported. Empty if it cannot
   * profile.
   */
  capture(options?: CaptureOptions): Promise<CapturedProfiles>
  /** Calls `fn` and returns its result. Samples of its work carry these labels and those of enclosing calls. */
  runWithLabels<Result>(labels: ProfileLabels, fn: () => Result): Result
  /** Names the label keys by which profiles can be filtered; a later call replaces the list. */
  setCustomLabelKeys(keys: Iterable<string>): void
}
