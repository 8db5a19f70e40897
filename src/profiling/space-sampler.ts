/** Samples what this thread's heap holds, and all allocations if asked for, by the stack that allocated it. */

import type { Binding } from './binding'
import { thread } from './thread'
import type { Sampler } from './types'

/** Options of the heap sampler. */
export interface SpaceOptions {
  /** Bytes between two samples on average; 524,288 by default. */
  intervalBytes: number
  /** Most frames of a stack. */
  depth: number
  /**
   * Whether objects that were already collected are counted too. Node 26 and later; expensive to read, as V8 then
   * never frees a sample.
   */
  allocated: boolean
}

/** Whether V8's samples say if their object is alive: since Node 26. */
const CAN_COUNT_ALLOCATED = Number.parseInt(process.versions.node, 10) >= 26

/** The heap sampler of the add-on. */
export class SpaceSampler implements Sampler {
  readonly type = 'space'
  readonly #binding: Binding
  readonly #options: SpaceOptions

  constructor(binding: Binding, options: SpaceOptions) {
    this.#binding = binding
    this.#options = options
  }

  /** Starts V8's sampling heap profiler. Returns false if it runs already or V8 refuses. */
  start(): boolean {
    const { intervalBytes, depth, allocated } = this.#options
    return this.#binding.startHeap(intervalBytes, depth, allocated && CAN_COUNT_ALLOCATED)
  }

  /** Resolves with what the heap holds now. Goes on to sample the heap if `again`. */
  async take(again: boolean): Promise<Uint8Array | undefined> {
    const profile = this.#binding.takeHeap(thread.name, thread.id)
    if (!again) this.stop()
    return profile
  }

  stop(): void {
    this.#binding.stopHeap()
  }
}
