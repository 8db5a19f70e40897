/** Samples wall and CPU time of this thread with the add-on, in windows that follow one another without a gap. */

import { log } from '../core/log'
import type { Binding, WindowOptions } from './binding'
import type { Endpoints } from './endpoints'
import { takeLabels } from './labels'
import { thread } from './thread'
import type { Sampler } from './types'

/** Options of the wall sampler. */
export interface WallOptions {
  /** Time between samples; 10,101 µs = 99 Hz does not beat with timers of round periods. */
  intervalUs: number
  /** Longest length of a window; the memory for its samples is allocated when it begins. */
  windowMs: number
  /** Whether each sample keeps its time (`end_timestamp_ns`); otherwise samples with the same stack are added up. */
  timeline: boolean
  /** Whether samples carry the ids of spans. */
  spans: boolean
  /** Whether samples have CPU time. */
  cpu: boolean
  /** Whether V8's profiler is restarted when it has stopped taking samples. */
  restart: boolean
}

/** Spare room for samples: V8 may sample a little more often than it was told to, and a window may end late. */
const HEADROOM = 1.25
const NO_ENDPOINTS = { words: new Int32Array(0), oldest: 0, texts: [] }

/** The wall sampler of the add-on. */
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

  /** Starts the first window. Returns false if the sampler runs already or V8 refuses. */
  start(): boolean {
    const { intervalUs, windowMs } = this.#options
    const capacity = Math.ceil(((windowMs * 1000) / intervalUs) * HEADROOM) + 100
    const isStarted = this.#binding.startWall(intervalUs, capacity)
    this.#isRunning ||= isStarted
    return isStarted
  }

  /** Ends the window, which is encoded on the thread pool. */
  async take(again: boolean): Promise<Uint8Array | undefined> {
    this.#isRunning &&= again
    const window = await this.#binding.takeWall(this.#window(), again)
    if (window === undefined) return undefined
    if (window.lost > 0)
      log.warn('samples lost', `${window.lost} samples are lost: a profile lasted longer than its period`)
    // The sampler may have been stopped while the window was encoded.
    if (window.stuck && this.#isRunning && this.#options.restart) this.#restart()
    return window.profile
  }

  /** Ends the sampler and returns the last profile, encoded on this thread. */
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
   * Restarts V8's profiler. Its sampling thread can get into a busy loop after a restart and take no more samples;
   * only stopping all windows ends that. The window that is discarded here holds no samples.
   */
  #restart(): void {
    this.#binding.stopWall()
    const isRunning = this.start()
    log.debug(
      () =>
        `V8 took no samples though the thread worked: its profiler ${isRunning ? 'was' : 'could not be'} restarted`,
    )
  }
}
