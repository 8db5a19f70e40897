/** Datagrams over a unix socket, the usual one of the agent: through the native add-on, since Node.js has none. */

import { getSystemErrorName } from 'node:util'
import { loadAddon } from '../../core/native'
import { later } from '../../std/timer'
import { type Connection, unsupported } from './connection'

/** The agent's own buffer (`dogstatsd_buffer_size`). */
const LIMIT_BYTES = 8192
/**
 * The kernel queues ten datagrams (`net.unix.max_dgram_qlen`) for a busy agent, and then refuses. A refused packet is
 * tried again after these times, and is then lost.
 */
const RETRY_AFTER_MS = [1, 2, 5, 10, 20, 50]
const BUSY = ['EAGAIN', 'EWOULDBLOCK', 'ENOBUFS']

type Sender = object

/** The functions of the native add-on for datagrams. */
interface Datagrams {
  /** Returns a sender, or an `errno`. */
  openDatagram(path: string): Sender | number
  /** Returns 0 or an `errno`; never waits. */
  sendDatagram(sender: Sender, bytes: Uint8Array): number
  closeDatagram(sender: Sender): void
}

/** A connection to a unix datagram socket. */
export class DatagramConnection implements Connection {
  readonly transport = 'uds'
  readonly limitBytes = LIMIT_BYTES
  /** One at a time: packets that the kernel does not take wait in the outbox, which is bounded and counted. */
  readonly maxInFlight = 1
  readonly where: string
  readonly #path: string
  readonly #load: () => unknown
  #addon: Datagrams | undefined
  #sender: Sender | undefined

  constructor(path: string, load: () => unknown = loadAddon) {
    this.#path = path
    this.#load = load
    this.where = `unixgram://${path}`
  }

  ready(): true | Promise<void> {
    if (this.#sender !== undefined) return true
    const problem = this.#open()
    return problem === undefined ? true : Promise.reject(unsupported(problem))
  }

  send(packet: Uint8Array, done: (error?: Error | null) => void): void {
    this.#try(packet, 0, done)
  }

  sendNow(packets: readonly Uint8Array[]): number {
    if (this.#sender === undefined && this.#open() !== undefined) return 0
    for (const [index, packet] of packets.entries()) if (this.#errorOf(packet) !== undefined) return index
    return packets.length
  }

  close(): void {
    if (this.#sender !== undefined) this.#addon?.closeDatagram(this.#sender)
    this.#sender = undefined
  }

  #try(packet: Uint8Array, attempts: number, done: (error?: Error | null) => void): void {
    const code = this.#errorOf(packet)
    if (code !== undefined && BUSY.includes(code) && attempts < RETRY_AFTER_MS.length) {
      later(() => this.#try(packet, attempts + 1, done), RETRY_AFTER_MS[attempts])
    } else queueMicrotask(() => done(this.#asError(code)))
  }

  #asError(code: string | undefined): Error | undefined {
    if (code === undefined) return undefined
    if (code === 'EPROTOTYPE') return unsupported(`the socket ${this.#path} takes no datagrams`)
    return Object.assign(new Error(`the socket ${this.#path}: ${code}`), { code })
  }

  #errorOf(packet: Uint8Array): string | undefined {
    if (this.#sender === undefined) return 'EBADF'
    const errno = this.#addon?.sendDatagram(this.#sender, packet) ?? 0
    return errno === 0 ? undefined : getSystemErrorName(-errno)
  }

  /** Opens the socket; returns what is wrong, if anything. */
  #open(): string | undefined {
    const addon = this.#load() as Partial<Datagrams> | string
    if (typeof addon === 'string') return addon
    if (addon.openDatagram === undefined) return "the tracer's add-on is too old to send datagrams"
    const sender = addon.openDatagram(this.#path)
    if (typeof sender === 'number') return `the socket ${this.#path}: ${getSystemErrorName(-sender)}`
    this.#addon = addon as Datagrams
    this.#sender = sender
    return undefined
  }
}
