/** What this thread's heap holds and, where asked for, all that was allocated, by the stack that allocated it. */

import type { Binding } from './binding'
import { thread } from './thread'
import type { Sampler } from './types'

export interface SpaceOptions {
  /** Bytes between two samples on average; 524,288 at default. */
  intervalBytes: number
  /** Frames of a stack. */
  depth: number
  /** Counts objects already collected too; Node 26 and later, and dear to read: samples are never given back. */
  allocated: boolean
}

/** Before Node 26 a sample does not say whether its object lives. */
const CAN_COUNT_ALLOCATED = Number.parseInt(process.versions.node, 10) >= 26

export class SpaceSampler implements Sampler {
  readonly type = 'space'
  readonly #binding: Binding
  readonly #options: SpaceOptions

  constructor(binding: Binding, options: SpaceOptions) {
    this.#binding = binding
    this.#options = options
  }

  /** False when it runs already or V8 refuses. */
  start(): boolean {
    const { intervalBytes, depth, allocated } = this.#options
    return this.#binding.startHeap(intervalBytes, depth, allocated && CAN_COUNT_ALLOCATED)
  }

  /** What the heap holds now; the heap is followed on with `again`. */
  async take(again: boolean): Promise<Uint8Array | undefined> {
    const profile = this.#binding.takeHeap(thread.name, thread.id)
    if (!again) this.stop()
    return profile
  }

  stop(): void {
    this.#binding.stopHeap()
  }
}
