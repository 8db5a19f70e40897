/** The public types of `tracer.profiling`. */

export interface CaptureOptions {
  /** Default 10,000. */
  durationMs?: number
}

/** Profiles in pprof, not compressed: `go tool pprof`, https://github.com/google/pprof and speedscope read them. */
export interface CapturedProfiles {
  /** Samples, wall time and CPU time by stack. */
  wall?: Uint8Array
  /** What the heap holds at the end, by the stack that allocated it. */
  space?: Uint8Array
  /** Collections of garbage and slow operations. */
  events?: Uint8Array
}

export type ProfileLabels = Readonly<Record<string, string | number>>

export interface Profiling {
  /** Starts to profile and to export, as `init({ profiling: true })` does. False: it can't, and the log says why. */
  start(): boolean
  /** Exports the last profile, and ends. */
  stop(): Promise<void>
  /** The profiles of the time from now on; also while profiles are exported. An empty object: it can't. */
  capture(options?: CaptureOptions): Promise<CapturedProfiles>
  /** Samples of what `fn` does carry the labels, with those of calls around it. */
  runWithLabels<Result>(labels: ProfileLabels, fn: () => Result): Result
  /** Names the labels by which profiles can be filtered. */
  setCustomLabelKeys(keys: Iterable<string>): void
}
