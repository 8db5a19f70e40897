/** A web server with active integrations, and requests that leave no span of their own. */

import { once } from 'node:events'
import { type IncomingHttpHeaders, request, type Server } from 'node:http'
import http from '../../integrations/http/index'
import type { Integration } from '../../src/patch/types'
import type { PlainSpan } from './collect'
import { type Collector, collect } from './collect'
import { type Listening, listen } from './web-server'

export interface Answer {
  status: number
  text: string
  headers: IncomingHttpHeaders
}

export interface WebShop {
  readonly collector: Collector
  /** Listens until `close` of all servers. */
  open(server: Server): Promise<Listening>
  /** Asks `GET /path` of an open server. */
  ask(server: Listening, line: string, options?: AskOptions): Promise<Answer>
  /** Asks and takes the request's span, which comes first, and those of `more` others. */
  see(server: Listening, line: string, more?: number, options?: AskOptions): Promise<Seen>
  /** Closes all servers and unpatches. */
  stop(): Promise<void>
}

export interface AskOptions {
  headers?: Record<string, string>
  body?: string
}

export interface Seen extends Answer {
  span: PlainSpan
  others: PlainSpan[]
}

export function webShop(
  integrations: readonly Integration[],
  env: Readonly<Record<string, string>> = {},
): WebShop {
  // Requests are sent without the client's half of it: a client span would be in the way.
  const collector = collect([http, ...integrations], { env })
  collector.registry.use('http', { client: false })
  const servers: Listening[] = []
  const ask: WebShop['ask'] = (server, line, options) => send(server.port, line, options)
  return {
    collector,
    async open(server) {
      const listening = server.listening ? listeningOf(server) : await listen(server)
      servers.push(listening)
      return listening
    },
    ask,
    async see(server, line, more = 0, options) {
      const answer = await ask(server, line, options)
      const [span, ...others] = await collector.take(1 + more)
      return { ...answer, span, others }
    },
    async stop() {
      for (const server of servers) await server.close()
      collector.stop()
    },
  }
}

function listeningOf(server: Server): Listening {
  const { port } = server.address() as { port: number }
  return {
    port,
    url: `http://127.0.0.1:${port}`,
    async close() {
      server.closeAllConnections()
      if (!server.listening) return
      server.close()
      await once(server, 'close')
    },
  }
}

async function send(
  port: number,
  line: string,
  { headers = {}, body = '' }: AskOptions = {},
): Promise<Answer> {
  const [method, path] = line.split(' ')
  const sent = request({ host: '127.0.0.1', port, method, path, agent: false, headers })
  sent.end(body)
  const [response] = await once(sent, 'response')
  let text = ''
  for await (const part of response.setEncoding('utf8')) text += part
  return { status: response.statusCode, text, headers: response.headers }
}
