/** The counts of ten seconds: messages at checkpoints, and offsets of queues. */

import { newSketch, type Sketch } from '../stats/sketch'

/** Most checkpoints, and most backlogs; others are not counted. The three sketches of a checkpoint take 6 KiB. */
export const MAX_POINTS = 1024

/** The messages that came to one checkpoint from one other. */
export interface Point {
  readonly hash: Uint8Array
  readonly parentHash: Uint8Array
  readonly tags: readonly string[]
  /** Seconds since the checkpoint before. */
  readonly edgeLatency: Sketch
  /** Seconds since the first checkpoint. */
  readonly pathwayLatency: Sketch
  /** Sizes of the messages, in bytes. */
  readonly payloadSize: Sketch
}

/** The offset that one queue has reached. */
export interface Backlog {
  readonly tags: readonly string[]
  offset: number
}

/** The points and backlogs of ten seconds. */
export class StreamBucket {
  /** Start of the ten seconds, in epoch ms. */
  readonly startMs: number
  readonly #points = new Map<string, Point>()
  readonly #backlogs = new Map<string, Backlog>()

  constructor(startMs: number) {
    this.startMs = startMs
  }

  get points(): Point[] {
    return [...this.#points.values()]
  }

  get backlogs(): Backlog[] {
    return [...this.#backlogs.values()]
  }

  /** Returns the point of a checkpoint; undefined when there are too many. */
  point(hash: Buffer, parentHash: Uint8Array, tags: readonly string[]): Point | undefined {
    const key = hash.toString('latin1')
    let point = this.#points.get(key)
    if (point === undefined && this.#points.size < MAX_POINTS) {
      const [edgeLatency, pathwayLatency, payloadSize] = [newSketch(), newSketch(), newSketch()]
      point = { hash, parentHash, tags, edgeLatency, pathwayLatency, payloadSize }
      this.#points.set(key, point)
    }
    return point
  }

  backlog(tags: readonly string[], offset: number): void {
    const key = tags.join()
    const known = this.#backlogs.get(key)
    if (known !== undefined) known.offset = Math.max(known.offset, offset)
    else if (this.#backlogs.size < MAX_POINTS) this.#backlogs.set(key, { tags, offset })
  }
}
