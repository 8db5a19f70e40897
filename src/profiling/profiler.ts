/** Windows that follow one another: what is gathered in each goes to the exporters, one at a time. */

import { endsWithin } from '../core/deadline'
import { runDetached } from '../core/detached-context'
import { reportFailure } from '../core/fence'
import { log } from '../core/log'
import { every } from '../std/timer'
import type { ProfileExporter, ProfileSet, ProfileType, Sampler, Snapshot } from './types'

export interface ProfilerParts {
  readonly samplers: readonly Sampler[]
  readonly exporters: readonly ProfileExporter[]
  readonly periodMs: number
  /** Requests that ended in the window, by endpoint. */
  readonly takeCounts: () => Record<string, number>
  readonly sources: SourceMapper
  /** Called when the samplers have started, and what it returns when they stop. */
  readonly follow: () => () => void
}

/** Names things as the sources do. */
export interface SourceMapper {
  map(pprof: Uint8Array): Promise<Uint8Array>
  /** Whether a map that a file names could not be found. */
  readonly hasMissing: boolean
}

export class Profiler {
  readonly #parts: ProfilerParts
  #running: Sampler[] = []
  #unfollow: (() => void) | undefined
  #isPeriodic = false
  #timer: NodeJS.Timeout | undefined
  #startMs = 0
  #number = 0
  /** The upload under way, and the one that waits for its end. */
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

  /** False when no sampler could start. With `isPeriodic`, a profile is exported for each period. */
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

  /** Exports what was gathered since the last profile; what follows is gathered too. */
  async cut(snapshot: Snapshot): Promise<void> {
    const set = await this.#take(true, snapshot)
    this.#submit(set)
    await this.#sending
  }

  /** Exports the last window, within `timeoutMs`, and ends. */
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
      log.warn('last profile', 'the last profile is lost: it was not taken in time')
  }

  /** Exports the last window while the process exits: of the samplers that can end at once. */
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

  /** Ends at once, without a profile. */
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

  /** The profiles of the next `durationMs`; where profiles are exported, these are too. One capture at a time. */
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
      // The caller awaits it: this one keeps the process alive.
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

  /** Ends the window. Each sampler has a turn of the event loop of its own: shorter pauses. */
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

  /** The window that ends now. */
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

  /** A profile that fails does not take the others with it. */
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

  /** While an upload is under way one more waits; a third takes its place. */
  #submit(set: ProfileSet): void {
    if (Object.keys(set.files).length === 0) return
    if (this.#sending !== undefined) {
      if (this.#waiting !== undefined)
        log.warn('profile dropped', 'a profile is lost: those before it have not been taken yet')
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
