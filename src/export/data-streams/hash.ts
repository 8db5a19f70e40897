/**
 * What identifies a pathway: eight bytes of SHA-256 over the node (service, environment, tags in order) and the hash
 * that the message came with, as text in UTF-8. Other languages hash in another way, which is nobody's concern: hashes
 * are compared only with what they were made from.
 */

import { createHash } from 'node:crypto'

const BYTES = 8
/** A checkpoint that was set by hand counts like one that was not. */
const NOT_HASHED = 'manual_checkpoint:true'
/** Few exist; an application that names its topics at random must not fill the memory. */
const MAX_KNOWN = 500

export const NO_HASH: Uint8Array = new Uint8Array(BYTES)

export class PathwayHashes {
  readonly #prefix: string
  readonly #known = new Map<string, Buffer>()

  constructor(service: string, env: string) {
    this.#prefix = service + env
  }

  /** `tags` are in order. */
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
