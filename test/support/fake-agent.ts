/** An agent on a real socket that answers as the test decides, and keeps the requests. */

import { EventEmitter, once } from 'node:events'
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http'
import type { ListenOptions, Socket } from 'node:net'
import { TRACE_FORMATS } from '../../src/std/trace-formats'

export interface Received {
  method: string
  path: string
  headers: IncomingHttpHeaders
  body: Buffer
}

/** An HTTP answer, or what a broken agent does in its place. */
export type Answer =
  | { status: number; body?: string; headers?: Record<string, string> }
  /** Never answers. */
  | 'hang'
  /** Closes the connection with a reset. */
  | 'reset'
  /** Writes something that is not HTTP. */
  | 'garbage'
  /** Begins an answer and never stops. */
  | 'endless'

export interface FakeAgentOptions {
  /** Default: a free port of 127.0.0.1. */
  listen?: ListenOptions
  /** Answer to a payload of traces; `index` is its number, from 0. Default 200. */
  answer?: (request: Received, index: number) => Answer
  /** Answer to `/info`; default: an agent that takes all formats of the tracer. */
  info?: () => Answer
  /** Answer to a payload of trace statistics; `index` is its number, from 0. Default 200. */
  stats?: (request: Received, index: number) => Answer
  /** Answer to anything else than `/info`; undefined: as that. */
  route?: (request: Received) => Answer | undefined
}

/** Longest wait for something that must happen. */
const DEADLINE_MS = 20_000

export const OK: Answer = { status: 200, body: '{"rate_by_service":{}}' }

export function infoAnswer(fields: object, headers: Record<string, string> = {}): Answer {
  return { status: 200, body: JSON.stringify(fields), headers }
}

const DEFAULT_INFO = infoAnswer({ version: '7.0.0', endpoints: TRACE_FORMATS.map(({ path }) => path) })

export class FakeAgent {
  /** Payloads of traces. */
  readonly payloads: Received[] = []
  /** Payloads of trace statistics. */
  readonly statistics: Received[] = []
  /** Everything else. */
  readonly others: Received[] = []
  answer: (request: Received, index: number) => Answer
  info: () => Answer
  stats: (request: Received, index: number) => Answer
  route: (request: Received) => Answer | undefined
  readonly #listen: ListenOptions
  readonly #events = new EventEmitter()
  readonly #sockets = new Set<Socket>()
  #server = createServer()
  connections = 0

  constructor({
    listen = { port: 0, host: '127.0.0.1' },
    answer = () => OK,
    info = () => DEFAULT_INFO,
    stats = () => OK,
    route = () => undefined,
  }: FakeAgentOptions) {
    this.#listen = listen
    this.answer = answer
    this.info = info
    this.stats = stats
    this.route = route
  }

  /** `http://127.0.0.1:1234`, or a `unix:` URL. */
  get url(): string {
    const address = this.#server.address()
    if (typeof address === 'string') return `unix://${address}`
    if (address === null) throw new Error('agent is not listening')
    return address.family === 'IPv6'
      ? `http://[${address.address}]:${address.port}`
      : `http://127.0.0.1:${address.port}`
  }

  /** Listens; on the same port again after `stop()`. */
  async start(): Promise<this> {
    this.#server = createServer((request, response) => this.#handle(request, response))
    this.#server.on('connection', socket => {
      this.connections++
      this.#sockets.add(socket)
      socket.on('error', () => {})
      socket.on('close', () => this.#sockets.delete(socket))
    })
    this.#server.listen(this.#listen)
    await once(this.#server, 'listening')
    const address = this.#server.address()
    if (typeof address === 'object' && address !== null) this.#listen.port = address.port
    return this
  }

  /** Ends all connections and listens no more. */
  async stop(): Promise<void> {
    if (!this.#server.listening) return
    const closed = once(this.#server, 'close')
    this.#server.close()
    for (const socket of this.#sockets) socket.destroy()
    await closed
  }

  /** Resolves when `count` payloads have come. */
  async received(count: number): Promise<Received[]> {
    while (this.payloads.length < count) await this.#next()
    return this.payloads
  }

  /** Resolves when `/info` has been asked for `count` times. */
  async infoAsked(count: number): Promise<void> {
    while (this.others.filter(each => each.path === '/info').length < count) await this.#next()
  }

  /** Resolves once `isMet` answers true; asked now and after each request. */
  async until(isMet: () => boolean): Promise<void> {
    while (!isMet()) await this.#next()
  }

  /** Resolves when `count` payloads of statistics have come. */
  async statisticsReceived(count: number): Promise<Received[]> {
    while (this.statistics.length < count) await this.#next()
    return this.statistics
  }

  async #next(): Promise<void> {
    await once(this.#events, 'request', { signal: AbortSignal.timeout(DEADLINE_MS) })
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = '', url: path = '', headers } = request
    const parts: Buffer[] = []
    request.on('data', (part: Buffer) => parts.push(part))
    request.on('error', () => {})
    await once(request, 'end').catch(() => {})
    const received = { method, path, headers, body: Buffer.concat(parts) }
    const answer = this.#take(received)
    this.#events.emit('request')
    this.#reply(request.socket, response, answer)
  }

  #take(received: Received): Answer {
    if (received.path.endsWith('/traces')) {
      const answer = this.answer(received, this.payloads.length)
      this.payloads.push(received)
      return answer
    }
    if (received.path.endsWith('/stats')) {
      const answer = this.stats(received, this.statistics.length)
      this.statistics.push(received)
      return answer
    }
    this.others.push(received)
    return (received.path === '/info' ? undefined : this.route(received)) ?? this.info()
  }

  #reply(socket: Socket, response: ServerResponse, answer: Answer): void {
    if (answer === 'hang') return
    if (answer === 'reset') socket.resetAndDestroy()
    else if (answer === 'garbage') socket.end('\0\xff this is not HTTP\r\n\r\n')
    else if (answer === 'endless') {
      response.writeHead(200)
      const more = (): void => {
        if (!response.destroyed) response.write('x'.repeat(65_536), () => setImmediate(more))
      }
      more()
    } else response.writeHead(answer.status, answer.headers).end(answer.body)
  }
}

export function startFakeAgent(options: FakeAgentOptions = {}): Promise<FakeAgent> {
  return new FakeAgent(options).start()
}
