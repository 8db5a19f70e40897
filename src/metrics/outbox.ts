/** Queue of packets to send: bounded in bytes, paced, and counted when they are lost. */

import { runDetached } from '../core/detached-context'
import { log } from '../core/log'
import type { ClientCounters } from './client-counters'
import { type Connection, codeOf, isUnsupported } from './connection/connection'
import type { PacketSink } from './packets'

/** Room for two seconds of 20 000 series; packets that wait longer are not worth more memory. */
const QUEUE_BYTES = 4 * 1024 * 1024
/**
 * Packets in one turn of the event loop. The kernel holds 212 992 bytes for a socket that is not read at once, which
 * are 24 packets of 8 KiB; more in a burst would be lost without a word.
 */
const PER_TURN = 12
/** Number of buffers that are kept for reuse. */
const MAX_SPARE = 64

interface Packet {
  buffer: Buffer
  length: number
}

/** What an `Outbox` works with. */
export interface OutboxOptions {
  counters: ClientCounters
  /** Returns the log level of the message that metrics are lost; default: `warn`. */
  level?: () => 'warn' | 'info'
  queueBytes?: number
  /** Returns a connection to use instead of one that can never carry anything; undefined if there is no other. */
  nextConnection: (reason: string) => Connection | undefined
  /** Is called when `next` has replaced the connection, before `again`. */
  onReplaced: (next: Connection) => void
  /** Takes back the lines of a packet that was made for the replaced connection, whose limit may differ. */
  again: (lines: string) => void
}

/** Sends packets over a connection, and replaces a connection that cannot work. */
export class Outbox implements PacketSink {
  readonly #options: OutboxOptions
  readonly #queueBytes: number
  #connection: Connection
  /** Packets that wait, oldest first. */
  #queue: Packet[] = []
  #queuedBytes = 0
  #inFlight = 0
  #sentInTurn = 0
  #isTurnAsked = false
  /** True while the connection is being made or replaced: nothing is sent then. */
  #isHeld = false
  #isClosed = false
  #spare: Buffer[] = []
  #waiters: (() => void)[] = []

  constructor(connection: Connection, options: OutboxOptions) {
    this.#connection = connection
    this.#options = options
    this.#queueBytes = options.queueBytes ?? QUEUE_BYTES
  }

  get connection(): Connection {
    return this.#connection
  }

  get isIdle(): boolean {
    return this.#queue.length === 0 && this.#inFlight === 0
  }

  take(limitBytes: number): Buffer | undefined {
    if (this.#isClosed) return undefined
    // New values are worth more than old ones: the oldest packet makes room.
    while (this.#queuedBytes + limitBytes > this.#queueBytes && this.#queue.length > 0) {
      const packet = this.#queue.shift() as Packet
      this.#queuedBytes -= packet.length
      this.#lose('queue', packet)
    }
    const spare = this.#spare.pop()
    return spare !== undefined && spare.length === limitBytes ? spare : Buffer.allocUnsafeSlow(limitBytes)
  }

  push(buffer: Buffer, length: number): void {
    this.#queue.push({ buffer, length })
    this.#queuedBytes += length
    this.pump()
  }

  lost(bytes: number): void {
    this.#options.counters.dropped('queue', bytes)
  }

  /** Sends as many packets as this turn of the event loop and the connection allow. */
  pump(): void {
    if (this.#queue.length === 0 || this.#isHeld || this.#isClosed) return
    const ready = runDetached(() => this.#connection.ready())
    if (ready !== true) {
      this.#await(ready)
      return
    }
    while (this.#queue.length > 0 && this.#inFlight < this.#connection.maxInFlight) {
      this.#askTurn()
      if (this.#sentInTurn++ >= PER_TURN) return
      this.#send(this.#next())
    }
  }

  /** Settles when the queue is empty, or when the agent cannot be reached. */
  drained(): Promise<void> {
    this.pump()
    return this.isIdle ? Promise.resolve() : new Promise(resolve => this.#waiters.push(resolve))
  }

  /** Sends what waits synchronously, at the exit of the process. Returns how many packets are lost. */
  drainNow(): number {
    const packets: Uint8Array[] = []
    while (this.#queue.length > 0) {
      const { buffer, length } = this.#next()
      packets.push(buffer.subarray(0, length))
    }
    if (packets.length === 0) return 0
    return packets.length - runDetached(() => this.#connection.sendNow(packets))
  }

  /** Drops the packets that wait, and returns their number. */
  giveUp(): number {
    const waiting = this.#queue.splice(0)
    this.#queuedBytes = 0
    for (const packet of waiting) this.#options.counters.dropped('queue', packet.length)
    return waiting.length
  }

  close(): void {
    this.#isClosed = true
    this.giveUp()
    this.#release()
    runDetached(() => this.#connection.close())
  }

  #next(): Packet {
    const packet = this.#queue.shift() as Packet
    this.#queuedBytes -= packet.length
    return packet
  }

  #send(packet: Packet): void {
    const connection = this.#connection
    this.#inFlight++
    runDetached(() => {
      connection.send(packet.buffer.subarray(0, packet.length), error => {
        this.#inFlight--
        if (!error) this.#options.counters.sent(packet.length)
        else if (this.#isPassed(connection, error)) this.#sendAgain(packet, connection, error)
        else this.#failed(packet, error)
        if (this.#spare.length < MAX_SPARE) this.#spare.push(packet.buffer)
        if (this.isIdle) this.#release()
        else this.pump()
      })
    })
  }

  #failed(packet: Packet, error: Error): void {
    this.#lose('writer', packet)
    const why = codeOf(error) ?? error.message
    this.#complain(`metrics are lost: ${this.#connection.where} does not take them (${why})`)
  }

  #complain(message: string): void {
    log[this.#options.level?.() ?? 'warn']('dogstatsd', message)
  }

  /** True if the connection can never work, or was replaced and closed while the packet was under way. */
  #isPassed(used: Connection, error: Error): boolean {
    return !this.#isClosed && (isUnsupported(error) || used !== this.#connection)
  }

  #sendAgain(packet: Packet, used: Connection, error: Error): void {
    // For other packets that were under way the connection has been replaced already.
    if (used === this.#connection && !this.#replace(error)) this.#failed(packet, error)
    else this.#options.again(packet.buffer.toString('utf8', 0, packet.length))
  }

  /** Replaces the connection; false if there is no other endpoint. */
  #replace(error: Error): boolean {
    const before = this.#connection
    const next = this.#options.nextConnection(error.message)
    if (next === undefined) return false
    this.#connection = next
    runDetached(() => before.close())
    this.#isHeld = true
    this.#options.onReplaced(next)
    const waiting = this.#queue.splice(0)
    this.#queuedBytes = 0
    for (const { buffer, length } of waiting) this.#options.again(buffer.toString('utf8', 0, length))
    this.#isHeld = false
    return true
  }

  #await(ready: Promise<void>): void {
    this.#isHeld = true
    ready.then(
      () => {
        this.#isHeld = false
        this.pump()
      },
      (error: Error) => {
        this.#isHeld = false
        if (isUnsupported(error) && this.#replace(error)) return this.pump()
        const why = codeOf(error) ?? error.message
        this.#complain(`metrics wait: ${this.#connection.where} cannot be reached (${why})`)
        // The next flush tries again.
        this.#release()
      },
    )
  }

  /** Schedules the next packets for the next turn of the event loop. */
  #askTurn(): void {
    if (this.#isTurnAsked) return
    this.#isTurnAsked = true
    runDetached(() =>
      setImmediate(() => {
        this.#isTurnAsked = false
        this.#sentInTurn = 0
        this.pump()
      }).unref(),
    )
  }

  #lose(loss: 'queue' | 'writer', { length }: Packet): void {
    this.#options.counters.dropped(loss, length)
    if (loss === 'queue')
      log.warn('dogstatsd queue', 'metrics are lost: more packets wait than the queue holds')
  }

  #release(): void {
    for (const resolve of this.#waiters.splice(0)) resolve()
  }
}
