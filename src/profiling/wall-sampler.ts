/** Wall and CPU time of this thread, in windows that follow one another without a gap. */

import { log } from '../core/log'
import type { Binding, WindowOptions } from './binding'
import type { Endpoints } from './endpoints'
import { takeLabels } from './labels'
import { thread } from './thread'
import type { Sampler } from './types'

export interface WallOptions {
  /** 10,101 µs = 99 Hz, which does not beat with timers of round periods. */
  intervalUs: number
  /** How long a window lasts at most; memory for its samples is there from the start. */
  windowMs: number
  /** Whether each sample keeps its time (`end_timestamp_ns`) instead of being added to others. */
  timeline: boolean
  /** Whether samples carry the ids of spans, and have CPU time. */
  spans: boolean
  cpu: boolean
  /** Whether V8's profiler is started anew where it has stopped to take samples. */
  restart: boolean
}

/** V8 may sample a little more often than it was asked to, and a rotation may come late. */
const HEADROOM = 1.25
const NO_ENDPOINTS = { words: new Int32Array(0), oldest: 0, texts: [] }

export class WallSampler implements Sampler {
  readonly type = 'wall'
  readonly #binding: Binding
  readonly #endpoints: () => Endpoints | undefined
  readonly #options: WallOptions
  #isRunning = false

  constructor(binding: Binding, endpoints: () => Endpoints | undefined, options: WallOptions) {
    this.#binding = binding
    this.#endpoints = endpoints
    this.#options = options
  }

  /** False when it runs already or V8 refuses. */
  start(): boolean {
    const { intervalUs, windowMs } = this.#options
    const capacity = Math.ceil(((windowMs * 1000) / intervalUs) * HEADROOM) + 100
    const isStarted = this.#binding.startWall(intervalUs, capacity)
    this.#isRunning ||= isStarted
    return isStarted
  }

  /** Encoded on the thread pool. */
  async take(again: boolean): Promise<Uint8Array | undefined> {
    this.#isRunning &&= again
    const window = await this.#binding.takeWall(this.#window(), again)
    if (window === undefined) return undefined
    if (window.lost > 0)
      log.warn('samples lost', `${window.lost} samples are lost: a profile lasted longer than it should`)
    // It may have ended meanwhile.
    if (window.stuck && this.#isRunning && this.#options.restart) this.#startAnew()
    return window.profile
  }

  /** The last profile, at once. */
  finish(): Uint8Array | undefined {
    this.#isRunning = false
    return this.#binding.finishWall(this.#window())?.profile
  }

  stop(): void {
    this.#isRunning = false
    this.#binding.stopWall()
  }

  #window(): WindowOptions {
    const { timeline, spans, cpu } = this.#options
    const { words: roots, oldest, texts: endpoints } = this.#endpoints()?.take() ?? NO_ENDPOINTS
    const { main: mainThread, name: threadName, id: threadId } = thread
    const labels = takeLabels()
    return { timeline, spans, cpu, mainThread, threadName, threadId, roots, oldest, endpoints, labels }
  }

  /**
   * V8's sampling thread can come to spin and take no more samples after a restart; only to stop all of it helps.
   * What the new window holds so far is nothing.
   */
  #startAnew(): void {
    this.#binding.stopWall()
    const isRunning = this.start()
    log.debug(() => `no samples though the thread worked: ${isRunning ? '' : 'could not '}start anew`)
  }
}
