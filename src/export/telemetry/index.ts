/**
 * Instrumentation telemetry: reports to the agent what is in use. There is no queue: what has not arrived
 * is worked out anew for the next message. A process that ends before the first one sends none. The file has more than
 * 250 lines since every message depends on what the messages before it have told.
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

/** What `Telemetry` is made of. */
export interface TelemetryOptions {
  config: Config
  transport: Transport
  tracerVersion: string
  /** Returns the integrations whose modules are in use. */
  integrations: () => readonly events.Integration[]
  /** Returns the modules that were patched, and their versions. */
  patched: () => ReadonlyMap<string, string>
}

/** Short, since other requests wait for the same connection. */
const TIMEOUT_MS = 2000
/** Delay of urgent news, so that news in quick succession make one message. */
const SOON_MS = 500
/** Most dependencies in one event, a limit of the protocol. */
const MAX_DEPENDENCIES = 2000

type Outcome = 'taken' | 'lost' | 'unknown'

/** An event, and what is done when it has arrived or was lost. */
interface News {
  event: events.TelemetryEvent
  arrived?: () => void
  lost?: () => void
}

/** Reports to the agent while it is started. */
export class Telemetry {
  readonly #options: TelemetryOptions
  readonly #envelope: Envelope
  readonly #settings: Settings
  readonly #counters: Counters
  readonly #dependencies: Dependencies
  readonly #periodMs: number
  /** Dependencies that were found and not reported yet. */
  #newDependencies: events.Dependency[] = []
  /** The last report of each integration, by name. */
  #integrations = new Map<string, string>()
  #timer: NodeJS.Timeout | undefined
  #isOn = false
  /** Whether the agent knows this process: it has taken `app-started`. */
  #isStarted = false
  /** Whether a message is being made or sent. */
  #isBusy = false
  /** Whether the last message is being sent: none may follow it, however long that takes. */
  #isClosing = false
  /** Whether the next message is not to wait for the heartbeat. */
  #isUrgent = false
  /** Stands for the agent. Replaced when the transport leads to another, which the message under way is not for. */
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

  /** To be called when the transport leads to another agent, to which nothing was reported yet. */
  reset(): void {
    this.stop()
    this.#agent = {}
    this.#isStarted = false
    this.#integrations.clear()
    this.#newDependencies = this.#dependencies.all
  }

  /** To be called when the configuration has changed. */
  configurationChanged(): void {
    this.#isUrgent = true
    if (this.#isOn && this.#isStarted && !this.#isBusy) this.#arm(SOON_MS)
  }

  /** Gathers the last message. Returns a function that sends it if the agent knows this process. */
  closing(): (timeoutMs: number) => Promise<unknown> {
    if (!this.#isOn || !this.#isStarted) return async () => {}
    const news = [...this.#changes(), { event: events.closing }]
    return async timeoutMs => {
      this.#isClosing = true
      await endsWithin(this.#request(this.#wrap(news, timeoutMs)), timeoutMs)
      this.#isClosing = false
      if (this.#isOn) this.#arm(this.#dueInMs())
    }
  }

  #arm(delayMs: number): void {
    clearTimeout(this.#timer)
    this.#timer = runDetached(later, () => void this.#beat(), delayMs)
  }

  async #beat(): Promise<void> {
    if (this.#isBusy || this.#isClosing) return
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
    // The program may have begun to end while packages were looked for.
    if (this.#isClosing || !this.#isOn) return
    const news = [...this.#heartbeats(), ...this.#changes()]
    if (news.length === 0) return
    const outcome = await this.#send(news)
    if (outcome === 'taken' && this.#newDependencies.length > 0) this.#isUrgent = true
  }

  /** Sends `app-started`. Returns whether the agent has taken it. */
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

  /** Returns what is new since the last message that arrived. */
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

  /** Sends `news`, with a second attempt if the first is lost. */
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
      // A message that is refused would be refused again: it counts as taken.
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
