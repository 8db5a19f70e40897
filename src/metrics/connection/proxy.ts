/**
 * Sends packets over HTTP to the trace agent, which forwards the lines: `POST /dogstatsd/v2/proxy`, 404 if it does
 * not.
 */

import type { LookupFunction } from 'node:net'
import { type AgentAddress, parseAgentUrl } from '../../core/agent-url'
import { sendAtExit } from '../../core/send-at-exit'
import { type AgentRequest, Transport } from '../../core/transport'
import { type Connection, unsupported } from './connection'

const PATH = '/dogstatsd/v2/proxy'
/** A request costs about as much as fifty datagrams. */
const LIMIT_BYTES = 65_536
const NOT_FOUND = 404

/** A connection to the trace agent, over HTTP. */
export class ProxyConnection implements Connection {
  readonly transport = 'http'
  readonly limitBytes = LIMIT_BYTES
  readonly maxInFlight = 2
  readonly where: string
  readonly #transport: Transport
  readonly #address: AgentAddress | undefined

  constructor(url: string, lookup: LookupFunction | undefined) {
    this.#transport = new Transport(url, lookup)
    this.#address = parseAgentUrl(url)
    this.where = this.#transport.url
  }

  ready(): true {
    return true
  }

  send(packet: Uint8Array, done: (error?: Error | null) => void): void {
    this.#transport.request(requestOf(packet)).then(({ status }) => {
      if (status < 300) done()
      else if (status === NOT_FOUND) done(unsupported('the trace agent does not pass metrics on'))
      else done(new Error(`status ${status}`))
    }, done)
  }

  sendNow(packets: readonly Uint8Array[]): number {
    if (this.#address === undefined) return 0
    return sendAtExit(this.#address, packets.map(requestOf)).filter(isTaken => isTaken).length
  }

  close(): void {
    this.#transport.close()
  }
}

function requestOf(packet: Uint8Array): AgentRequest {
  return {
    method: 'POST',
    path: PATH,
    headers: { 'content-type': 'text/plain; charset=utf-8' },
    body: packet,
  }
}
