/**
 * Hashes that identify pathways: eight bytes of SHA-256 over the node (service, environment, tags in order) and the
 * hash that the message came with, as text in UTF-8. Tracers of other languages hash in another way, which does no
 * harm: no tracer computes a hash again that came with a message.
 */

import { createHash } from 'node:crypto'

const BYTES = 8
/**
 * Tag that is left out of the hash, so that a checkpoint that the application sets is the same as one of an
 * integration.
 */
const NOT_HASHED = 'manual_checkpoint:true'
/**
 * Most hashes that are kept. Few exist, but an application that names its topics at random must not fill the memory.
 */
const MAX_KNOWN = 500

/** Hash in place of a parent's where a pathway begins. */
export const NO_HASH: Uint8Array = new Uint8Array(BYTES)

/** Computes hashes for one service and environment, and keeps the recent ones. */
export class PathwayHashes {
  readonly #prefix: string
  readonly #known = new Map<string, Buffer>()

  constructor(service: string, env: string) {
    this.#prefix = service + env
  }

  /** Returns the hash of a checkpoint. `tags` are sorted. */
  of(tags: readonly string[], parent: Uint8Array): Buffer {
    const node = tags.filter(tag => tag !== NOT_HASHED).join('')
    const key = `${Buffer.from(parent).toString('latin1')}${node}`
    let hash = this.#known.get(key)
    if (hash === undefined) {
      const text = Buffer.concat([sha(this.#prefix + node), parent]).toString('utf8')
      hash = sha(text)
      if (this.#known.size >= MAX_KNOWN) this.#known.clear()
      this.#known.set(key, hash)
    }
    return hash
  }
}

function sha(text: string): Buffer {
  return Buffer.from(createHash('sha256').update(text).digest().subarray(0, BYTES))
}
