/** Servers on a free port of 127.0.0.1, and raw clients. */

import { once } from 'node:events'
import type { Server } from 'node:http'
import { type AddressInfo, connect, type Socket } from 'node:net'

export interface Listening {
  port: number
  url: string
  /** Cuts every connection and waits for the server to close. */
  close(): Promise<void>
}

export async function listen(server: Server, scheme = 'http'): Promise<Listening> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    port,
    url: `${scheme}://127.0.0.1:${port}`,
    async close() {
      server.closeAllConnections()
      if (!server.listening) return
      server.close()
      await once(server, 'close')
    },
  }
}

/** A connection that sends what it is told and remembers what comes back. */
export class RawClient {
  readonly socket: Socket
  received = ''
  #wake = (): void => {}

  private constructor(socket: Socket) {
    this.socket = socket
    socket.setEncoding('latin1')
    socket.on('data', (text: string) => {
      this.received += text
      this.#wake()
    })
    socket.on('close', () => this.#wake())
    socket.on('error', () => {})
  }

  static async open(port: number): Promise<RawClient> {
    const socket = connect(port, '127.0.0.1')
    await once(socket, 'connect')
    return new RawClient(socket)
  }

  send(text: string): void {
    this.socket.write(text, 'latin1')
  }

  /** Resolves once `text` has come `times` times. */
  async until(text: string, times = 1): Promise<string> {
    const signal = AbortSignal.timeout(5_000)
    while (this.received.split(text).length - 1 < times) {
      if (signal.aborted || this.socket.closed) throw new Error(`no '${text}' in '${this.received}'`)
      await new Promise<void>(resolve => {
        this.#wake = resolve
        signal.addEventListener('abort', () => resolve(), { once: true })
      })
    }
    return this.received
  }

  /** Resolves once the server has closed the connection. */
  async closed(): Promise<string> {
    if (!this.socket.closed) await once(this.socket, 'close')
    return this.received
  }
}

/** A whole request in one go, over a connection of its own; resolves with the answer's text. */
export async function exchange(port: number, text: string): Promise<string> {
  const client = await RawClient.open(port)
  client.send(text)
  return client.closed()
}
