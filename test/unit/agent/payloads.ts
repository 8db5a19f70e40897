/** Spans, payloads and requests for the agent's tests; encoded by msgpackr, not by the tracer's encoder. */

import { type IncomingHttpHeaders, request } from 'node:http'
import { Packr } from 'msgpackr'

const packr = new Packr({ useRecords: false, variableMapSize: true })

export function pack(value: unknown): Buffer {
  return Buffer.from(packr.pack(value))
}

export type WireSpan = Record<string, unknown>

/** Nanoseconds of a fixed day in 2026. */
export const START_NS = 1_780_000_000_000_000_000n

/** A span as it is in a v0.4 payload. */
export function wireSpan(fields: WireSpan = {}): WireSpan {
  return {
    trace_id: 1n,
    span_id: 1n,
    parent_id: 0n,
    service: 'web',
    name: 'web.request',
    resource: 'GET /',
    type: 'web',
    error: 0,
    start: START_NS,
    duration: 5_000_000n,
    meta: {},
    metrics: {},
    ...fields,
  }
}

export interface Answer {
  status: number
  headers: IncomingHttpHeaders
  body: string
}

export interface Sent {
  method?: string
  path?: string
  headers?: Record<string, string>
  body?: Buffer
  socketPath?: string
}

/** One request on a connection of its own. */
export function send(
  base: string,
  { method = 'GET', path = '/', headers = {}, body, socketPath }: Sent,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const asked = request(new URL(path, base), { method, headers, agent: false, socketPath }, response => {
      const parts: Buffer[] = []
      response.on('data', (part: Buffer) => parts.push(part))
      response.on('end', () => {
        const { statusCode = 0, headers: received } = response
        resolve({ status: statusCode, headers: received, body: Buffer.concat(parts).toString() })
      })
      response.on('error', reject)
    })
    asked.on('error', reject)
    asked.end(body)
  })
}

/** Sends a body as msgpack to `/v0.4/traces` or where told to. */
export function sendTraces(base: string, body: unknown, sent: Sent = {}): Promise<Answer> {
  return send(base, {
    method: 'PUT',
    path: '/v0.4/traces',
    ...sent,
    headers: { 'content-type': 'application/msgpack', ...sent.headers },
    body: Buffer.isBuffer(body) ? body : pack(body),
  })
}
