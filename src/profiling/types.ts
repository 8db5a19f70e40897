/** What the parts of the profiler agree on. */

/** The file of a profile is `<type>.pprof`. */
export type ProfileType = 'wall' | 'space' | 'events'

/** Gathers one kind of profile of this thread, in windows that follow one another without a gap. No method throws. */
export interface Sampler {
  readonly type: ProfileType
  /** False when it runs already, or can't. */
  start(): boolean
  /** Ends the window, and begins the next with `again`. Its profile (pprof, not compressed); undefined when none ran. */
  take(again: boolean): Promise<Uint8Array | undefined>
  /** Ends at once, without a profile. */
  stop(): void
  /** Ends at once, with the last profile, encoded before it returns; only of those that can. */
  finish?(): Uint8Array | undefined
}

/** What a profile covers: a period, the time up to the end of the program, or up to its running out of memory. */
export type Snapshot = 'periodic' | 'on_shutdown' | 'on_oom'

/** Profiles of one window, not compressed, and what is to be told with them. */
export interface ProfileSet {
  readonly files: Readonly<Partial<Record<ProfileType, Uint8Array>>>
  /** ms since the epoch. */
  readonly startMs: number
  readonly endMs: number
  readonly snapshot: Snapshot
  /** 0 for the first of this thread. */
  readonly number: number
  /** Requests that ended in the window, by endpoint. */
  readonly endpointCounts: Readonly<Record<string, number>>
  readonly missesSourceMaps: boolean
}

/** Where profiles go. */
export interface ProfileExporter {
  /** Settles when they are there, or lost, which is logged; never rejects. */
  export(set: ProfileSet): Promise<void>
  /** The same while the process exits: before it returns, and within half a second. Never throws. */
  exportNow(set: ProfileSet): void
  /** Sends to another agent from now on. */
  setUrl?(url: string): void
  /** What is under way fails. */
  close?(): void
}
