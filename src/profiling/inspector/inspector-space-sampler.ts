/** Samples what this thread's heap holds with the inspector's heap profiler, of which V8 has one for all its users. */

import { fence } from '../../core/fence'
import { log } from '../../core/log'
import type { Sampler } from '../types'
import { Connection } from './connection'
import { encodeSpace, type SamplingHeapProfile } from './heap-profile'

/** Options of the heap sampler. */
export interface InspectorSpaceOptions {
  /** Bytes between two samples on average. */
  intervalBytes: number
  /** Most frames of a stack. */
  depth: number
}

const PROFILE = 'HeapProfiler.getSamplingProfile'

/** The heap sampler that uses the inspector. */
export class InspectorSpaceSampler implements Sampler {
  readonly type = 'space'
  readonly #options: InspectorSpaceOptions
  readonly #connection = new Connection()

  constructor(options: InspectorSpaceOptions) {
    this.#options = options
  }

  start(): boolean {
    if (this.#connection.isOpen) return false
    const isStarted = fence('profiling by the inspector', () => {
      this.#connection.open()
      if (this.#isRunning()) {
        log.warn('heap profile', 'no heap profiles: the heap of this thread is being profiled already')
        return false
      }
      const { intervalBytes: samplingInterval, depth: stackDepth } = this.#options
      this.#connection.ask('HeapProfiler.enable')
      this.#connection.ask('HeapProfiler.startSampling', { samplingInterval, stackDepth })
      return true
    })
    if (!isStarted) this.#close()
    return isStarted === true
  }

  async take(again: boolean): Promise<Uint8Array | undefined> {
    if (!this.#connection.isOpen) return undefined
    try {
      const { profile } = this.#connection.ask<{ profile: SamplingHeapProfile }>(PROFILE)
      if (!again) this.stop()
      return await encodeSpace(profile, this.#options.intervalBytes)
    } catch (error) {
      // This fails if another connection has stopped the profiler.
      log.warn('heap profile', `a heap profile is lost: ${error instanceof Error ? error.message : error}`)
      this.#close()
      if (again) this.start()
      return undefined
    }
  }

  stop(): void {
    if (!this.#connection.isOpen) return
    fence('profiling by the inspector', () => this.#connection.ask('HeapProfiler.stopSampling'))
    this.#close()
  }

  #isRunning(): boolean {
    try {
      this.#connection.ask(PROFILE)
      return true
    } catch {
      return false
    }
  }

  #close(): void {
    fence('profiling by the inspector', () => this.#connection.close())
  }
}
