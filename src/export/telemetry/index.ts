/**
 * * Instrumentation telemetry: tells the agent what is in use. Nothing of it waits in a queue: what has not arrived
 * is worked out anew for the next message. A process that ends before the first one sends none.
 */

import type { Config } from '../../core/config/resolve'
import { endsWithin } from '../../core/deadline'
import { runDetached } from '../../core/detached-context'
import { reportFailure } from '../../core/fence'
import { log } from '../../core/log'
import { type AgentRequest, errorCode, type Transport } from '../../core/transport'
import { later } from '../../std/timer'
import { Counters } from './counters'
import { Dependencies } from './dependencies'
import { Envelope } from './envelope'
import * as events from './events'
import { Settings } from './settings'

export interface TelemetryOptions {
  config: Config
  transport: Transport
  tracerVersion: string
  /** Those whose modules are in use. */
  integrations: () => readonly events.Integration[]
  /** Modules that were patched, and their versions. */
  patched: () => ReadonlyMap<string, string>
}

/** Others wait for the same connection. */
const TIMEOUT_MS = 2000
/** What came in quick succession is told together. */
const SOON_MS = 500
/** Of the protocol: the most in one event. */
const MAX_DEPENDENCIES = 2000

type Outcome = 'taken' | 'lost' | 'unknown'

/** An event, and what is to be done when it has arrived, or has not. */
interface News {
  event: events.TelemetryEvent
  arrived?: () => void
  lost?: () => void
}

export class Telemetry {
  readonly #options: TelemetryOptions
  readonly #envelope: Envelope
  readonly #settings: Settings
  readonly #counters: Counters
  readonly #dependencies: Dependencies
  readonly #periodMs: number
  /** Found, and not told. */
  #newDependencies: events.Dependency[] = []
  /** As they were told last. */
  #integrations = new Map<string, string>()
  #timer: NodeJS.Timeout | undefined
  #isOn = false
  /** The agent knows of this process. */
  #isStarted = false
  /** A message is being made or sent. */
  #isBusy = false
  /** The next one is not to wait for its time. */
  #isUrgent = false
  /** Replaced when the transport leads to another agent: what is under way then is not for that one. */
  #agent = {}
  #heartbeatAt = 0
  #extendedAt = 0

  constructor(options: TelemetryOptions) {
    const { config, tracerVersion, patched } = options
    this.#options = options
    this.#envelope = new Envelope(config, tracerVersion)
    this.#settings = new Settings(config)
    this.#counters = new Counters(config)
    this.#dependencies = new Dependencies(patched)
    this.#periodMs = config.telemetryHeartbeat * 1000
  }

  start(): void {
    if (this.#isOn) return
    this.#isOn = true
    this.#arm(0)
  }

  stop(): void {
    this.#isOn = false
    clearTimeout(this.#timer)
  }

  /** The transport leads to another agent, which knows nothing. */
  reset(): void {
    this.stop()
    this.#agent = {}
    this.#isStarted = false
    this.#integrations.clear()
    this.#newDependencies = this.#dependencies.all
  }

  /** The configuration has other values now. */
  configurationChanged(): void {
    this.#isUrgent = true
    if (this.#isOn && this.#isStarted && !this.#isBusy) this.#arm(SOON_MS)
  }

  /** Gathers the last message; the answer sends it, where the agent knows of this process. */
  closing(): (timeoutMs: number) => Promise<unknown> {
    if (!this.#isOn || !this.#isStarted) return async () => {}
    const news = [...this.#changes(), { event: events.closing }]
    return async timeoutMs => {
      // No heartbeat may follow the last message, however long that takes.
      this.#isBusy = true
      await endsWithin(this.#request(this.#wrap(news, timeoutMs)), timeoutMs)
      this.#isBusy = false
      if (this.#isOn) this.#arm(this.#dueInMs())
    }
  }

  #arm(delayMs: number): void {
    clearTimeout(this.#timer)
    this.#timer = runDetached(later, () => void this.#beat(), delayMs)
  }

  async #beat(): Promise<void> {
    if (this.#isBusy) return
    this.#isBusy = true
    this.#isUrgent = false
    const agent = this.#agent
    try {
      await this.#tellNews()
      if (this.#isOn) this.#arm(agent === this.#agent ? this.#dueInMs() : 0)
    } catch (error) {
      reportFailure('telemetry', error)
    } finally {
      this.#isBusy = false
    }
  }

  async #tellNews(): Promise<void> {
    if (!this.#isStarted && !(await this.#introduce())) return
    if (this.#options.config.telemetryDependencies)
      this.#newDependencies.push(...(await this.#dependencies.collect()))
    const news = [...this.#heartbeats(), ...this.#changes()]
    if (news.length === 0) return
    const outcome = await this.#send(news)
    if (outcome === 'taken' && this.#newDependencies.length > 0) this.#isUrgent = true
  }

  /** Whether the agent knows of this process now. */
  async #introduce(): Promise<boolean> {
    const now = performance.now()
    this.#heartbeatAt = now + this.#periodMs
    this.#extendedAt = now + this.#options.config.telemetryExtendedHeartbeat * 1000
    this.#isStarted = (await this.#send([{ event: events.appStarted(this.#settings.all()) }])) === 'taken'
    return this.#isStarted
  }

  #dueInMs(): number {
    return this.#isUrgent ? SOON_MS : Math.max(0, this.#heartbeatAt - performance.now())
  }

  #heartbeats(): News[] {
    const now = performance.now()
    if (now < this.#heartbeatAt) return []
    this.#heartbeatAt = now + this.#periodMs
    if (now < this.#extendedAt) return [{ event: events.heartbeat }]
    this.#extendedAt = now + this.#options.config.telemetryExtendedHeartbeat * 1000
    const { integrations } = this.#options
    return [
      {
        event: events.extendedHeartbeat(
          this.#settings.all(),
          integrations(),
          this.#dependencies.all.slice(0, MAX_DEPENDENCIES),
        ),
      },
    ]
  }

  /** What is new since the last message that arrived. */
  #changes(): News[] {
    const news: News[] = []
    const settings = this.#settings.changed()
    if (settings.length > 0) {
      news.push({
        event: events.configurationChange(settings),
        lost: () => this.#settings.forget(settings),
      })
    }
    const integrations = this.#options
      .integrations()
      .filter(each => this.#integrations.get(each.name) !== JSON.stringify(each))
    if (integrations.length > 0) {
      const arrived = (): void => {
        for (const each of integrations) this.#integrations.set(each.name, JSON.stringify(each))
      }
      news.push({ event: events.integrationsChange(integrations), arrived })
    }
    const dependencies = this.#newDependencies.slice(0, MAX_DEPENDENCIES)
    if (dependencies.length > 0) {
      const arrived = (): void => void this.#newDependencies.splice(0, dependencies.length)
      news.push({ event: events.dependenciesLoaded(dependencies), arrived })
    }
    const series = this.#options.config.telemetryMetrics ? this.#counters.grown(this.#periodMs / 1000) : []
    if (series.length > 0) {
      news.push({ event: events.metrics(series), arrived: () => this.#counters.tell(series) })
    }
    return news
  }

  #wrap(news: readonly News[], timeoutMs: number): AgentRequest {
    return this.#envelope.wrap(
      news.map(({ event }) => event),
      timeoutMs,
    )
  }

  /** Twice when need be. */
  async #send(news: readonly News[]): Promise<Outcome> {
    const agent = this.#agent
    const request = this.#wrap(news, TIMEOUT_MS)
    let outcome = await this.#attempt(request)
    if (outcome === 'lost' && this.#isOn) outcome = await this.#attempt(request)
    if (agent !== this.#agent) return 'lost'
    if (outcome === 'unknown') this.stop()
    for (const { arrived, lost } of news) {
      if (outcome === 'taken') arrived?.()
      else lost?.()
    }
    return outcome
  }

  async #attempt(request: AgentRequest): Promise<Outcome> {
    try {
      const status = await this.#request(request)
      if (status === 404) return 'unknown'
      // What is refused once would be refused again.
      return status >= 500 || status === 429 || status === 408 ? 'lost' : 'taken'
    } catch (error) {
      log.debug(() => `telemetry: ${errorCode(error)}`)
      return 'lost'
    }
  }

  async #request(request: AgentRequest): Promise<number> {
    return (await this.#options.transport.request(request)).status
  }
}
