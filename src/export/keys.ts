/** Encoded names of tags, kept since the same few come again and again. */

import { MsgpackBuffer } from '../std/msgpack'
import { cutKey } from './limits'

/** Names beyond this many are encoded each time: they are data, not names. */
const MAX_KEYS = 4096

export interface Key {
  /** The name as a msgpack string. */
  readonly bytes: Uint8Array
  /** Whether some template has a static tag of this name. */
  readonly isStatic: boolean
}

export class KeyCache {
  readonly #keys = new Map<string, Key>()
  readonly #staticKeys: ReadonlySet<string>
  #staticCount = 0

  constructor(staticKeys: ReadonlySet<string>) {
    this.#staticKeys = staticKeys
  }

  get(name: string): Key {
    // New templates can make known names static.
    if (this.#staticKeys.size !== this.#staticCount) {
      this.#keys.clear()
      this.#staticCount = this.#staticKeys.size
    }
    let key = this.#keys.get(name)
    if (key === undefined) {
      const out = new MsgpackBuffer(name.length * 3 + 5)
      out.string(cutKey(name))
      key = { bytes: out.bytes.subarray(0, out.at), isStatic: this.#staticKeys.has(name) }
      if (this.#keys.size < MAX_KEYS) this.#keys.set(name, key)
    }
    return key
  }
}
