/**
 * Sends requests while the process exits, when nothing asynchronous runs any more: a worker thread makes the requests
 * while this thread waits for it, at most a second.
 */

import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import type { AgentAddress } from './agent-url'
import type { AgentRequest } from './transport'

const TIMEOUT_MS = 1000
/** Place in the shared memory. */
const DONE = 0

/** Data of the worker thread. */
export interface ExitRequests {
  origin: string
  socketPath: string | undefined
  basePath: string
  requests: readonly AgentRequest[]
  timeoutMs: number
  /** An int32 that is 1 when all is done, then one for each request: 1 when it was answered with 2xx. */
  state: Int32Array
}

/** Returns for each of the requests whether the receiver has taken it. */
export function sendAtExit(
  address: AgentAddress,
  requests: readonly AgentRequest[],
  timeoutMs = TIMEOUT_MS,
): boolean[] {
  if (requests.length === 0) return []
  const state = new Int32Array(new SharedArrayBuffer(4 * (1 + requests.length)))
  const { origin, socketPath, basePath } = address
  const workerData: ExitRequests = { origin, socketPath, basePath, requests, timeoutMs, state }
  // The worker gets none of this process' options: one that preloads the tracer would start another tracer.
  const worker = new Worker(join(__dirname, 'send-at-exit-worker.js'), { workerData, execArgv: [], env: {} })
  worker.unref()
  worker.on('error', () => {})
  Atomics.wait(state, DONE, 0, timeoutMs)
  return requests.map((_, index) => Atomics.load(state, 1 + index) === 1)
}
