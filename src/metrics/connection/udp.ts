/** Datagrams over UDP, from a connected socket: the kernel then reports when nothing listens. */

import { createSocket, type Socket } from 'node:dgram'
import dns from 'node:dns'
import { isIP, type LookupFunction } from 'node:net'
import { type Connection, codeOf } from './connection'

/** The agent's own buffer (`dogstatsd_buffer_size`); loopback takes datagrams of that size whole. */
const LOOPBACK_BYTES = 8192
/** What fits into an Ethernet frame of 1500 bytes, with an IP header that has options. */
const NETWORK_BYTES = 1432
/** Names of pods and services move. */
const REFRESH_MS = 60_000

interface Address {
  address: string
  family: number
}

/** A connection to a UDP port; a host name is resolved again from time to time. */
export class UdpConnection implements Connection {
  readonly transport = 'udp'
  readonly maxInFlight = 64
  readonly where: string
  readonly limitBytes: number
  readonly #host: string
  readonly #port: number
  readonly #lookup: LookupFunction
  readonly #onRefused: () => void
  readonly #refreshMs: number
  #address: Address | undefined
  #socket: Socket | undefined
  #resolving: Promise<void> | undefined
  #resolvedAt = 0
  #isClosed = false

  /** `onRefused` is called when a packet that had left was refused, as nothing listens. */
  constructor(host: string, port: number, { lookup, onRefused, refreshMs = REFRESH_MS }: UdpOptions) {
    this.#host = host
    this.#port = port
    // Agents bind `localhost` on IPv4.
    this.#lookup = lookup ?? ((name, _options, callback) => dns.lookup(name, { verbatim: false }, callback))
    this.#onRefused = onRefused
    this.#refreshMs = refreshMs
    this.where = `udp://${host.includes(':') ? `[${host}]` : host}:${port}`
    this.limitBytes = isLoopback(host) ? LOOPBACK_BYTES : NETWORK_BYTES
    const family = isIP(host)
    if (family !== 0) this.#address = { address: host, family }
  }

  ready(): true | Promise<void> {
    if (this.#socket === undefined && this.#address !== undefined) this.#open(this.#address)
    if (isIP(this.#host) !== 0) return true
    if (performance.now() - this.#resolvedAt >= this.#refreshMs || this.#socket === undefined) {
      // The application's own lookup may call back at once.
      this.#resolving ??= this.#resolve().finally(() => {
        this.#resolving = undefined
      })
      // While there is an address, packets do not wait for a new one.
      if (this.#socket !== undefined) this.#resolving.catch(() => {})
    }
    return this.#socket !== undefined || (this.#resolving as Promise<void>)
  }

  send(packet: Uint8Array, done: (error?: Error | null) => void): void {
    this.#try(packet, error => {
      // ECONNREFUSED answers an earlier packet; this one was not even tried.
      if (codeOf(error) !== 'ECONNREFUSED') return done(error)
      this.#onRefused()
      this.#try(packet, done)
    })
  }

  sendNow(packets: readonly Uint8Array[]): number {
    if (this.#socket === undefined && this.#address !== undefined) this.#open(this.#address)
    const socket = this.#socket
    if (socket === undefined) return 0
    // A connected socket hands a datagram to the kernel within the call.
    for (const packet of packets) socket.send(packet)
    return packets.length
  }

  close(): void {
    this.#isClosed = true
    this.#socket?.close()
    this.#socket = undefined
  }

  #try(packet: Uint8Array, done: (error?: Error | null) => void): void {
    if (this.#socket === undefined) done(new Error('the socket is closed'))
    else this.#socket.send(packet, done)
  }

  #resolve(): Promise<void> {
    return new Promise<void>((resolve, reject) => {
      this.#lookup(this.#host, {}, (error, address, family) => {
        // Also after an error: the old address is kept for as long as a new one would be.
        this.#resolvedAt = performance.now()
        if (error !== null && error !== undefined) return reject(error)
        const first = Array.isArray(address) ? address[0] : { address, family: family ?? isIP(address) }
        if (!this.#isClosed) this.#use(first)
        resolve()
      })
    })
  }

  #use(found: Address): void {
    if (this.#socket !== undefined && found.address === this.#address?.address) return
    this.#socket?.close()
    this.#address = found
    this.#open(found)
  }

  #open({ address, family }: Address): void {
    const socket = createSocket({
      type: family === 6 ? 'udp6' : 'udp4',
      // Only addresses are looked up here. The answer comes at once, so that bind, connect and send take no turn of the
      // event loop: at the exit of the process there is none.
      lookup: (name, _options, callback) => callback(null, name, family),
    })
    socket.unref()
    socket.on('error', error => {
      if (codeOf(error) === 'ECONNREFUSED') this.#onRefused()
    })
    socket.connect(this.#port, address)
    this.#socket = socket
  }
}

/** Options of a `UdpConnection`. */
export interface UdpOptions {
  lookup?: LookupFunction
  onRefused: () => void
  /** Time after which the host is looked up again; default: a minute. */
  refreshMs?: number
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127\.\d+\.\d+\.\d+$/.test(host)
}
