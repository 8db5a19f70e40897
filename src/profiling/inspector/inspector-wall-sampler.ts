/**
 * Samples wall time of this thread with the inspector's profiler. The thread stops while V8 writes a window as JSON.
 */

import type { Profiler } from 'node:inspector'
import { fence, reportFailure } from '../../core/fence'
import type { Sampler } from '../types'
import { Connection } from './connection'
import { encodeWall } from './cpu-profile'

/** Options of the wall sampler. */
export interface InspectorWallOptions {
  intervalUs: number
  /** Whether each sample keeps its time. */
  timeline: boolean
}

/** The wall sampler that uses the inspector. */
export class InspectorWallSampler implements Sampler {
  readonly type = 'wall'
  readonly #options: InspectorWallOptions
  readonly #connection = new Connection()

  constructor(options: InspectorWallOptions) {
    this.#options = options
  }

  start(): boolean {
    if (this.#connection.isOpen) return false
    const isStarted = fence('profiling by the inspector', () => {
      this.#connection.open()
      this.#connection.ask('Profiler.enable')
      this.#connection.ask('Profiler.setSamplingInterval', { interval: this.#options.intervalUs })
      this.#connection.ask('Profiler.start')
      return true
    })
    if (!isStarted) this.stop()
    return isStarted === true
  }

  async take(again: boolean): Promise<Uint8Array | undefined> {
    if (!this.#connection.isOpen) return undefined
    try {
      const endMs = performance.timeOrigin + performance.now()
      const { profile } = this.#connection.ask<Profiler.StopReturnType>('Profiler.stop')
      if (again) this.#connection.ask('Profiler.start')
      else this.stop()
      return await encodeWall(profile, { ...this.#options, endMs })
    } catch (error) {
      reportFailure('profiling by the inspector', error)
      this.stop()
      if (again) this.start()
      return undefined
    }
  }

  stop(): void {
    fence('profiling by the inspector', () => this.#connection.close())
  }
}
