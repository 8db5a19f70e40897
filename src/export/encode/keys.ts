/** Names of tags as msgpack strings, kept since the same few come again and again. */

import { MsgpackBuffer } from '../../std/msgpack'
import { cutKey } from './limits'

/** Names beyond this many are encoded each time: they are data, not names. */
const MAX_KEYS = 4096

export class KeyCache {
  readonly #keys = new Map<string, Uint8Array>()

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
