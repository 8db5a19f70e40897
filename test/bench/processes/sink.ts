/**
 * The sink: an agent and an OTLP collector that keep every payload unchanged. Payloads are decoded when the count is
 * requested, after the measured window: on a small machine the sink's work would slow the subject down.
 */

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { serve } from '../harness/serve'
import { countAgentPayload } from './sink-agent'
import { type Counts, noCounts } from './sink-counts'
import { countOtlpPayload } from './sink-otlp'
import { countProfiles } from './sink-profiles'

const RATES = JSON.stringify({ rate_by_service: { 'service:,env:': 1 } })
const INFO = JSON.stringify({
  version: '7.70.0',
  endpoints: ['/v0.4/traces', '/profiling/v1/input'],
  client_drop_p0s: false,
  config: { max_request_bytes: 25 * 1024 * 1024 },
})

interface Inbox {
  counts: Counts
  agent: Buffer[]
  otlp: Buffer[]
  profiles: Buffer[]
}

/** Payloads by the URL of the server, of which each subject has one. */
const inboxes = new Map<string, Inbox>()

serve({ open, count, reset })

/** A new server on a free loopback port; returns its url. */
async function open(): Promise<string> {
  const inbox: Inbox = { counts: noCounts(), agent: [], otlp: [], profiles: [] }
  const server = createServer((req, res) => receive(inbox, req, res))
  server.keepAliveTimeout = 60_000
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  inboxes.set(url, inbox)
  return url
}

/** What has come to `url` since it was opened or reset. */
function count(url: string): Counts {
  const inbox = inboxOf(url)
  for (const body of inbox.agent.splice(0)) countAgentPayload(body, inbox.counts)
  for (const body of inbox.otlp.splice(0)) countOtlpPayload(body, inbox.counts)
  for (const body of inbox.profiles.splice(0)) countProfiles(body, inbox.counts)
  return inbox.counts
}

function reset(url: string): void {
  const inbox = inboxOf(url)
  inbox.counts = noCounts()
  inbox.agent = []
  inbox.otlp = []
  inbox.profiles = []
}

function inboxOf(url: string): Inbox {
  const inbox = inboxes.get(url)
  if (inbox === undefined) throw new Error(`nothing was opened at ${url}`)
  return inbox
}

function receive(inbox: Inbox, req: IncomingMessage, res: ServerResponse): void {
  const parts: Buffer[] = []
  req.on('data', (part: Buffer) => parts.push(part))
  req.on('end', () => {
    const body = Buffer.concat(parts)
    if (req.url === '/v0.4/traces') {
      inbox.agent.push(body)
      reply(res, 200, 'application/json', RATES)
    } else if (req.url === '/v1/traces') {
      inbox.otlp.push(body)
      reply(res, 200, 'application/x-protobuf', '')
    } else if (req.url === '/profiling/v1/input') {
      inbox.profiles.push(body)
      reply(res, 200, 'text/plain', '')
    } else if (req.url === '/info') reply(res, 200, 'application/json', INFO)
    else reply(res, 404, 'text/plain', '')
  })
}

function reply(res: ServerResponse, status: number, type: string, text: string): void {
  res
    .writeHead(status, {
      'content-type': type,
      'content-length': Buffer.byteLength(text),
    })
    .end(text)
}
