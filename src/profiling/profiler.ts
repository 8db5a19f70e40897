/**
 * Cuts time into windows that follow one another, and hands the profiles of each to the exporters, one window at a
 * time.
 */

import { endsWithin } from '../core/deadline'
import { runDetached } from '../core/detached-context'
import { reportFailure } from '../core/fence'
import { log } from '../core/log'
import { every } from '../std/timer'
import type { ProfileExporter, ProfileSet, ProfileType, Sampler, Snapshot } from './types'

/** What a profiler is made of. */
export interface ProfilerParts {
  readonly samplers: readonly Sampler[]
  readonly exporters: readonly ProfileExporter[]
  readonly periodMs: number
  /** Returns how many requests ended in the window, by endpoint. */
  readonly takeCounts: () => Record<string, number>
  readonly sources: SourceMapper
  /** Called when the samplers have started; the returned function is called when they stop. */
  readonly follow: () => () => void
}

/** Translates the places of generated code into those of its sources. */
export interface SourceMapper {
  map(pprof: Uint8Array): Promise<Uint8Array>
  /** Whether a file declared a source map that could not be found. */
  readonly hasMissing: boolean
}

/** The profiler of one thread. */
export class Profiler {
  readonly #parts: ProfilerParts
  #running: Sampler[] = []
  #unfollow: (() => void) | undefined
  #isPeriodic = false
  #timer: NodeJS.Timeout | undefined
  #startMs = 0
  #number = 0
  /** The export that is under way, and the set that waits for its end. */
  #sending: Promise<void> | undefined
  #waiting: ProfileSet | undefined
  #captures: Promise<unknown> = Promise.resolve()
  #endCapture: (() => void) | undefined

  constructor(parts: ProfilerParts) {
    this.#parts = parts
  }

  get isRunning(): boolean {
    return this.#running.length > 0
  }

  /**
   * Starts the samplers; with `isPeriodic`, exports a profile for each period. Returns false if no sampler could
   * start.
   */
  start(isPeriodic = true): boolean {
    if (!this.isRunning) {
      this.#running = this.#parts.samplers.filter(sampler => sampler.start())
      if (!this.isRunning) return false
      this.#unfollow = this.#parts.follow()
      this.#startMs = Date.now()
    }
    if (isPeriodic && !this.#isPeriodic) {
      this.#isPeriodic = true
      this.#startTimer()
    }
    return true
  }

  /** Exports the window that ends now, and begins the next. */
  async cut(snapshot: Snapshot): Promise<void> {
    const set = await this.#take(true, snapshot)
    this.#submit(set)
    await this.#sending
  }

  /** Ends the profiler and exports the last window. Resolves after `timeoutMs` at the latest. */
  async stop(timeoutMs: number): Promise<void> {
    clearInterval(this.#timer)
    const wasPeriodic = this.#isPeriodic
    this.#isPeriodic = false
    this.#endCapture?.()
    const end = async (): Promise<void> => {
      await this.#captures
      const set = await this.#take(false, 'on_shutdown')
      if (wasPeriodic) this.#submit(set)
      await this.#sending
    }
    if (!this.isRunning && this.#sending === undefined) return
    if (!(await endsWithin(end(), timeoutMs)))
      log.warn('last profile', 'the last profile is lost: it was not exported in time')
  }

  /**
   * Ends the profiler while the process exits, and exports the last window of the samplers that can end
   * synchronously.
   */
  finish(): void {
    const files: Partial<Record<ProfileType, Uint8Array>> = {}
    for (const sampler of this.#running) {
      const bytes = sampler.finish?.()
      if (bytes !== undefined) files[sampler.type] = bytes
    }
    const isPeriodic = this.#isPeriodic
    const set = this.#setOf(files, 'on_shutdown', this.#parts.takeCounts())
    this.abandon()
    if (!isPeriodic || Object.keys(files).length === 0) return
    for (const each of this.#parts.exporters) each.exportNow(set)
  }

  /** Ends the profiler at once and discards the last window. */
  abandon(): void {
    clearInterval(this.#timer)
    this.#isPeriodic = false
    this.#endCapture?.()
    for (const sampler of this.#running) sampler.stop()
    this.#running = []
    this.#unfollow?.()
    this.#unfollow = undefined
    this.#waiting = undefined
  }

  /**
   * Resolves with the profiles of the next `durationMs`; a periodic profiler exports these too. One capture at a
   * time.
   */
  capture(durationMs: number): Promise<ProfileSet['files']> {
    const captured = this.#captures.then(() => this.#capture(durationMs))
    this.#captures = captured.catch(() => {})
    return captured
  }

  async #capture(durationMs: number): Promise<ProfileSet['files']> {
    const wasRunning = this.isRunning
    const wasPeriodic = this.#isPeriodic
    clearInterval(this.#timer)
    if (wasPeriodic) this.#submit(await this.#take(true, 'periodic'))
    else if (!this.start(false)) return {}
    await new Promise<void>(resolve => {
      // The caller awaits this timer, so it keeps the process alive.
      const timer = setTimeout(resolve, durationMs)
      this.#endCapture = () => {
        clearTimeout(timer)
        resolve()
      }
    })
    this.#endCapture = undefined
    const set = await this.#take(wasRunning || this.#isPeriodic, 'periodic')
    if (wasPeriodic) this.#submit(set)
    if (this.#isPeriodic) this.#startTimer()
    return set.files
  }

  #startTimer(): void {
    clearInterval(this.#timer)
    const tick = () => void this.cut('periodic').catch(error => reportFailure('profile', error))
    this.#timer = runDetached(every, tick, this.#parts.periodMs)
  }

  /** Ends the window. Each sampler gets a turn of the event loop of its own, which keeps the pauses short. */
  async #take(again: boolean, snapshot: Snapshot): Promise<ProfileSet> {
    const running = this.#running
    if (!again) this.#running = []
    const files: Partial<Record<ProfileType, Uint8Array>> = {}
    const set = this.#setOf(files, snapshot, this.#parts.takeCounts())
    const taken: Promise<void>[] = []
    for (const sampler of running) {
      if (taken.length > 0) await new Promise(resolve => setImmediate(resolve))
      taken.push(this.#takeOne(sampler, again, files))
    }
    await Promise.all(taken)
    if (!again) {
      this.#unfollow?.()
      this.#unfollow = undefined
    }
    return { ...set, missesSourceMaps: this.#parts.sources.hasMissing }
  }

  /** Returns the set of the window that ends now, and begins the next. */
  #setOf(files: ProfileSet['files'], snapshot: Snapshot, endpointCounts: Record<string, number>): ProfileSet {
    const startMs = this.#startMs
    const endMs = Date.now()
    this.#startMs = endMs
    return {
      files,
      startMs,
      endMs,
      snapshot,
      number: this.#number++,
      endpointCounts,
      missesSourceMaps: false,
    }
  }

  /** Adds one sampler's profile to `files`. A failure is reported, and the other profiles are kept. */
  async #takeOne(
    sampler: Sampler,
    again: boolean,
    files: Partial<Record<ProfileType, Uint8Array>>,
  ): Promise<void> {
    try {
      const bytes = await sampler.take(again)
      if (bytes !== undefined) files[sampler.type] = await this.#parts.sources.map(bytes)
    } catch (error) {
      reportFailure(`${sampler.type} profile`, error)
    }
  }

  /** Exports a set. While another export is under way one set waits; a newer one replaces it. */
  #submit(set: ProfileSet): void {
    if (Object.keys(set.files).length === 0) return
    if (this.#sending !== undefined) {
      if (this.#waiting !== undefined)
        log.warn('profile dropped', 'a profile is lost: the export of an earlier one is still under way')
      this.#waiting = set
      return
    }
    this.#sending = this.#send(set)
  }

  async #send(first: ProfileSet): Promise<void> {
    for (let set: ProfileSet | undefined = first; set !== undefined; ) {
      const next: ProfileSet = set
      await Promise.all(
        this.#parts.exporters.map(each =>
          each.export(next).catch(error => reportFailure('profile export', error)),
        ),
      )
      set = this.#waiting
      this.#waiting = undefined
    }
    this.#sending = undefined
  }
}
