/** HTTP/2 servers for tests, and requests that leave no span of their own. */

import { once } from 'node:events'
import {
  type ClientHttp2Session,
  type ClientHttp2Stream,
  connect,
  type Http2SecureServer,
  type Http2Server,
  type IncomingHttpHeaders,
  type OutgoingHttpHeaders,
} from 'node:http2'
import type { AddressInfo } from 'node:net'
import { TLS } from './tls'

export interface Http2Answer {
  status: number
  headers: IncomingHttpHeaders
  text: string
}

export interface Http2Connection {
  readonly port: number
  readonly session: ClientHttp2Session
  ask(headers: OutgoingHttpHeaders | string, body?: string): Promise<Http2Answer>
  close(): Promise<void>
}

/** Listens on a free port and opens a session to it. */
export async function http2Connection(server: Http2Server | Http2SecureServer): Promise<Http2Connection> {
  if (!server.listening) {
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
  }
  const { port } = server.address() as AddressInfo
  const scheme = server.constructor.name === 'Http2SecureServer' ? 'https' : 'http'
  const session = connect(`${scheme}://127.0.0.1:${port}`, { ca: TLS.cert })
  await once(session, 'connect')
  return {
    port,
    session,
    ask: (headers, body) =>
      answerTo(session.request(typeof headers === 'string' ? lineOf(headers) : headers), body),
    async close() {
      session.destroy()
      if (!server.listening) return
      server.close()
      await once(server, 'close')
    },
  }
}

/** `GET /path` as headers. */
function lineOf(line: string): OutgoingHttpHeaders {
  const [method, path] = line.split(' ')
  return { ':method': method, ':path': path }
}

/** Sends `body` and reads the answer to its end. */
export async function answerTo(stream: ClientHttp2Stream, body = ''): Promise<Http2Answer> {
  const closed = once(stream, 'close')
  if (!stream.writableEnded) stream.end(body)
  const [headers] = (await once(stream, 'response')) as [IncomingHttpHeaders]
  let text = ''
  for await (const part of stream.setEncoding('utf8')) text += part
  await closed
  return { status: Number(headers[':status']), headers, text }
}
