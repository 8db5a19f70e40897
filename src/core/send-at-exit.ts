/**
 * Sends while the process exits, when nothing asynchronous runs any more: a worker thread makes the requests while this
 * one waits for it, at most a second.
 */

import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import type { AgentAddress } from './agent-url'
import type { AgentRequest } from './transport'

const TIMEOUT_MS = 1000
/** Places in the shared memory. */
const DONE = 0
const DELIVERED = 1

/** What the worker gets. */
export interface ExitRequests {
  origin: string
  socketPath: string | undefined
  basePath: string
  requests: AgentRequest[]
  timeoutMs: number
  /** Two int32: whether all is done, and how many requests were answered with 2xx. */
  state: Int32Array
}

/** Returns how many of the requests, from the first on, the agent has taken. */
export function sendAtExit(address: AgentAddress, requests: AgentRequest[], timeoutMs = TIMEOUT_MS): number {
  if (requests.length === 0) return 0
  const state = new Int32Array(new SharedArrayBuffer(8))
  const { origin, socketPath, basePath } = address
  const workerData: ExitRequests = { origin, socketPath, basePath, requests, timeoutMs, state }
  // Nothing of this process' options: a worker that preloads the tracer would start another one.
  const worker = new Worker(join(__dirname, 'send-at-exit-worker.js'), { workerData, execArgv: [], env: {} })
  worker.unref()
  worker.on('error', () => {})
  Atomics.wait(state, DONE, 0, timeoutMs)
  return Atomics.load(state, DELIVERED)
}
