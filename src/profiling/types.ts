/** Types that the parts of the profiler share. */

/** Type of a profile, whose file is `<type>.pprof`. */
export type ProfileType = 'wall' | 'space' | 'events'

/** Gathers one kind of profile of this thread, in windows that follow one another without a gap. No method throws. */
export interface Sampler {
  readonly type: ProfileType
  /** Starts the first window. Returns false if the sampler runs already or cannot start. */
  start(): boolean
  /**
   * Ends the window, and begins the next if `again`. Resolves with its profile (pprof, not compressed); undefined if
   * none was open.
   */
  take(again: boolean): Promise<Uint8Array | undefined>
  /** Ends the sampler at once and discards the window. */
  stop(): void
  /** Ends the sampler and returns the last profile. Only samplers that can encode synchronously have this method. */
  finish?(): Uint8Array | undefined
}

/** What a profile covers: a period, the last period of the program, or the time before it ran out of memory. */
export type Snapshot = 'periodic' | 'on_shutdown' | 'on_oom'

/** Profiles of one window, not compressed, and what is sent along. */
export interface ProfileSet {
  readonly files: Readonly<Partial<Record<ProfileType, Uint8Array>>>
  /** Beginning of the window, as its end in ms since the epoch. */
  readonly startMs: number
  readonly endMs: number
  readonly snapshot: Snapshot
  /** Number of the set in this thread, from 0. */
  readonly number: number
  /** How many requests ended in the window, by endpoint. */
  readonly endpointCounts: Readonly<Record<string, number>>
  readonly missesSourceMaps: boolean
}

/** A destination of profiles. */
export interface ProfileExporter {
  /** Exports the set. Settles when it has arrived or is lost, which is logged; never rejects. */
  export(set: ProfileSet): Promise<void>
  /** Exports the set while the process exits: synchronously and within half a second. Never throws. */
  exportNow(set: ProfileSet): void
  /** Makes this exporter send to another agent from now on. */
  setUrl?(url: string): void
  /** Closes the exporter; exports under way fail. */
  close?(): void
}
