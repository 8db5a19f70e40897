/** The floor's payload: a buffer of traces that is sent to the agent when it is full enough, or after a while. */

import { Agent, request } from 'node:http'
import { Bytes } from './bytes'

const SEND_AT = 1024 * 1024
/** Room for one more trace above `SEND_AT`. */
const CAPACITY = SEND_AT + 256 * 1024
const FLUSH_INTERVAL_MS = 2000
/** Header of the array of traces, filled in when it is sent. */
const HEADER = 5

export class Payload {
  readonly out = new Bytes(new Uint8Array(CAPACITY))
  #traces = 0
  readonly #url: string
  readonly #agent = new Agent({ keepAlive: true })
  readonly #spare: Uint8Array<ArrayBuffer>[] = []
  readonly #underWay = new Set<Promise<void>>()
  #timer: NodeJS.Timeout | undefined

  constructor(url: string) {
    this.#url = url
    this.out.at = HEADER
  }

  /** Begins a trace of so many spans, at most 15. */
  trace(spanCount: number): void {
    if (this.out.at >= SEND_AT) this.#send()
    this.#timer ??= setTimeout(() => this.#send(), FLUSH_INTERVAL_MS).unref()
    this.#traces++
    this.out.bytes[this.out.at++] = 0x90 | spanCount
  }

  /** Resolves when everything so far has been answered. */
  async flush(): Promise<void> {
    this.#send()
    await Promise.all(this.#underWay)
  }

  #send(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    if (this.#traces === 0) return
    const { out } = this
    const { bytes } = out
    bytes[0] = 0xdd
    out.view.setUint32(1, this.#traces)
    const sent = this.#put(bytes.subarray(0, out.at)).then(() => {
      this.#spare.push(bytes)
      this.#underWay.delete(sent)
    })
    this.#underWay.add(sent)
    out.bytes = this.#spare.pop() ?? new Uint8Array(CAPACITY)
    out.view = new DataView(out.bytes.buffer)
    out.at = HEADER
    this.#traces = 0
  }

  #put(body: Uint8Array): Promise<void> {
    return new Promise((resolve, reject) => {
      const headers = {
        'content-type': 'application/msgpack',
        'content-length': body.length,
      }
      request(`${this.#url}/v0.4/traces`, { method: 'PUT', agent: this.#agent, headers }, res => {
        res.resume().on('end', resolve)
      })
        .on('error', reject)
        .end(body)
    })
  }
}
