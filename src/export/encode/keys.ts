/** A cache of tag names as msgpack strings: most spans have the same few names. */

import { MsgpackBuffer } from '../../std/msgpack'
import { cutKey } from './limits'

/** Most names that are kept. An application that has more puts data into names; the others are encoded each time. */
const MAX_KEYS = 4096

/** Encoded names, for one encoder. */
export class KeyCache {
  readonly #keys = new Map<string, Uint8Array>()

  /** Returns `name` as a msgpack string. */
  get(name: string): Uint8Array {
    let key = this.#keys.get(name)
    if (key === undefined) {
      const out = new MsgpackBuffer(name.length * 3 + 5)
      out.string(cutKey(name))
      key = out.bytes.subarray(0, out.at)
      if (this.#keys.size < MAX_KEYS) this.#keys.set(name, key)
    }
    return key
  }
}
