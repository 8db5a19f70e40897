/**
 * A stream over a unix socket (`dogstatsd_stream_socket` of the agent). A frame is
 *
 *     4 bytes, little endian   length of the packet
 *     length bytes             the packet
 */

import { connect, type Socket } from 'node:net'
import { later } from '../../std/timer'
import { type Connection, codeOf, unsupported } from './connection'

const LIMIT_BYTES = 8192
const CONNECT_TIMEOUT_MS = 1000
const LENGTH_BYTES = 4

/** A connection to a unix stream socket, which is opened again after the agent has closed it. */
export class StreamConnection implements Connection {
  readonly transport = 'uds-stream'
  readonly limitBytes = LIMIT_BYTES
  readonly maxInFlight = 64
  readonly where: string
  readonly #path: string
  #socket: Socket | undefined
  #connecting: Promise<void> | undefined

  constructor(path: string) {
    this.#path = path
    this.where = `unix://${path}`
  }

  ready(): true | Promise<void> {
    if (this.#socket !== undefined) return true
    this.#connecting ??= this.#connect().finally(() => {
      this.#connecting = undefined
    })
    return this.#connecting
  }

  send(packet: Uint8Array, done: (error?: Error | null) => void): void {
    const frame = framed(packet)
    this.#write(frame, error => {
      if (!error) done()
      // The agent has gone since the last packet, and may be back.
      else Promise.resolve(this.ready()).then(() => this.#write(frame, done), done)
    })
  }

  sendNow(packets: readonly Uint8Array[]): number {
    const socket = this.#socket
    if (socket === undefined) return 0
    for (const [index, packet] of packets.entries()) {
      socket.write(framed(packet))
      // The kernel takes no more, and the process ends before another attempt.
      if (socket.writableLength > 0) return index
    }
    return packets.length
  }

  close(): void {
    this.#socket?.destroy()
    this.#socket = undefined
  }

  #write(frame: Buffer, done: (error?: Error | null) => void): void {
    const socket = this.#socket
    if (socket === undefined) done(new Error('the socket is closed'))
    else
      socket.write(frame, error => {
        if (error) this.#drop(socket)
        done(error)
      })
  }

  #drop(socket: Socket): void {
    socket.destroy()
    if (this.#socket === socket) this.#socket = undefined
  }

  #connect(): Promise<void> {
    return new Promise((resolve, reject) => {
      const socket = connect(this.#path)
      socket.unref()
      const timer = later(() => socket.destroy(new Error('no connection in time')), CONNECT_TIMEOUT_MS)
      socket.once('connect', () => {
        clearTimeout(timer)
        this.#socket = socket
        resolve()
      })
      socket.on('error', error => {
        clearTimeout(timer)
        if (codeOf(error) === 'EPROTOTYPE')
          reject(
            unsupported(
              `the socket ${this.#path} takes datagrams, which Node.js cannot send without the tracer's add-on`,
            ),
          )
        else reject(error)
      })
      socket.on('end', () => this.#drop(socket))
      socket.on('close', () => this.#drop(socket))
      // The agent sends nothing, but only a socket that is read tells that the agent closed it.
      socket.resume()
    })
  }
}

function framed(packet: Uint8Array): Buffer {
  const frame = Buffer.allocUnsafe(LENGTH_BYTES + packet.length)
  frame.writeUInt32LE(packet.length, 0)
  frame.set(packet, LENGTH_BYTES)
  return frame
}
