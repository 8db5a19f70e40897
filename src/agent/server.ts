/**
 * The local agent: takes in traces and profiles as a Datadog Agent does, keeps the latest in memory, and serves JSON.
 */

import { packageVersion } from '../std/version'
import { createApi } from './api/handler'
import type { AgentStats, TraceDetail, TraceSummary } from './api-types'
import { createInfo, type Info } from './intake/info'
import { createRates } from './intake/rates'
import { createReceiver } from './intake/receiver'
import { type Listening, listenOnPort, listenOnSocket } from './listen'
import { type AgentOptions, resolveOptions } from './options'
import { createRequestLog, type RequestRecord } from './request-log'
import { createCounters } from './stats'
import { ProfileStore } from './store/profile-store'
import { parseTraceId } from './store/trace-id'
import { TraceStore } from './store/trace-store'
import { detail, summarize } from './store/view'

/** A running agent. */
export interface Agent {
  /** URL of the intake, for `DD_TRACE_AGENT_URL`. */
  readonly url: string
  readonly port: number
  /** URL of the JSON API, always on loopback; undefined if it is not served. */
  readonly apiUrl: string | undefined
  /** The kept traces with their spans as they were sent. */
  readonly store: TraceStore
  /** The kept profiles as they were sent. */
  readonly profiles: ProfileStore
  /** Returns the kept traces, in no particular order. */
  traces(): TraceSummary[]
  /** Returns a trace by its hexadecimal or decimal id. */
  trace(id: string): TraceDetail | undefined
  stats(): AgentStats
  /** The last requests to the intake, oldest first. */
  requests(): RequestRecord[]
  /** Forgets traces, profiles, requests and counts. */
  clear(): void
  /** Closes all ports and cuts what is still open; what was received stays. */
  stop(): Promise<void>
  /** Listens again on the same ports. Rejects when one of them was taken meanwhile. */
  start(): Promise<void>
  /** Closes all ports and cuts what is still open. */
  close(): Promise<void>
}

/**
 * Starts an agent and resolves once it listens; rejects with Node's error (`EADDRINUSE`) when it cannot.
 *
 * @example
 * const agent = await startAgent({ port: 8126, apiPort: 8127 })
 */
export async function startAgent(given: AgentOptions = {}): Promise<Agent> {
  const options = resolveOptions(given)
  const version = packageVersion()
  const store = new TraceStore(options.storeLimitBytes)
  const profiles = new ProfileStore(options.profileStoreLimitBytes)
  const counters = createCounters()
  const log = createRequestLog(options.requestLogLimit, options.redact)
  let info: Info | undefined
  const settings = { port: options.port, apiPort: options.apiPort }
  const open: Listening[] = []

  // Created on the first request: it contains the port, which is known only after listening.
  const currentInfo = () => {
    const { maxRequestBytes, socketPath } = options
    info ??= createInfo({ version, maxRequestBytes, port: settings.port, socketPath })
    return info
  }
  const rates = createRates(options.rates)
  const receive = createReceiver({
    options,
    version,
    info: currentInfo,
    rates,
    store,
    profiles,
    counters,
    log,
  })

  const stop = async () => {
    await Promise.all(open.splice(0).map(listening => listening.close()))
  }
  const start = async () => {
    if (open.length > 0) return
    try {
      open.push(await listenOnPort(receive, options.host, settings.port))
      settings.port = open[0].port
      if (options.socketPath !== undefined) open.push(await listenOnSocket(receive, options.socketPath))
      if (settings.apiPort === null) return
      const api = await listenOnPort(createApi(agent, options.allowHosts), '127.0.0.1', settings.apiPort)
      open.push(api)
      settings.apiPort = api.port
    } catch (error) {
      await stop()
      throw error
    }
  }
  const agent = {
    store,
    profiles,
    traces: () => store.all().map(summarize),
    trace(id: string) {
      for (const reading of parseTraceId(id)) {
        const found = store.find(reading)
        if (found !== undefined) return detail(found)
      }
      return undefined
    },
    stats: () => ({ version, intake: counters.read(), store: store.stats(), profiles: profiles.stats() }),
    requests: () => log.list(),
    clear() {
      store.clear()
      profiles.clear()
      counters.clear()
      log.clear()
    },
    start,
    stop,
    close: stop,
  }
  await start()
  return {
    ...agent,
    url: urlOf(options.host, settings.port),
    port: settings.port,
    apiUrl: settings.apiPort === null ? undefined : urlOf('127.0.0.1', settings.apiPort),
  }
}

function urlOf(host: string, port: number): string {
  if (host === '0.0.0.0' || host === '::') return `http://127.0.0.1:${port}`
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`
}
