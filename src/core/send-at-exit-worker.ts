/**
 * The worker thread of `send-at-exit.ts`: makes the requests one after the other, and says of each whether it was
 * taken. A receiver that refuses one may take the next; one that does not answer is not asked again.
 */

import { request } from 'node:http'
import { request as requestSecurely } from 'node:https'
import { workerData } from 'node:worker_threads'
import type { ExitRequests } from './send-at-exit'

const { origin, socketPath, basePath, requests, timeoutMs, state } = workerData as ExitRequests
const { protocol, hostname, port } = new URL(origin)

function send(index: number): void {
  if (index === requests.length) {
    finish()
    return
  }
  const { method, path, headers, body = '' } = requests[index]
  const open = protocol === 'https:' ? requestSecurely : request
  const sent = open(
    {
      method,
      path: basePath + path,
      headers: { ...headers, 'Content-Length': Buffer.byteLength(body) },
      ...(socketPath === undefined ? { hostname: hostname.replace(/^\[|\]$/g, ''), port } : { socketPath }),
      timeout: timeoutMs,
    },
    response => {
      response.resume()
      const { statusCode = 0 } = response
      if (statusCode >= 200 && statusCode <= 299) Atomics.store(state, 1 + index, 1)
      send(index + 1)
    },
  )
  sent.on('error', finish)
  sent.end(body)
}

function finish(): void {
  Atomics.store(state, 0, 1)
  Atomics.notify(state, 0)
}

send(0)
