/** What an agent may offer besides taking data: remote configuration and telemetry. Loaded some seconds after start. */

import type { Config } from './core/config/resolve'
import { log } from './core/log'
import type { AgentInfo } from './core/signal'
import { errorCode, type Transport } from './core/transport'
import type { AgentWriter } from './export/send/writer'
import { Telemetry } from './export/telemetry/index'
import type { Registry } from './patch/registry'
import { type LiveRow, RemoteConfiguration } from './remote/index'
import { PATH } from './remote/protocol'
import { later } from './std/timer'
import type { TraceRuntime, TraceSink } from './trace/local-trace'
import { NOWHERE } from './trace/nowhere'
import { samplingRules } from './trace/sampling/open'
import type { Sampler } from './trace/sampling/sampler'

export interface AgentServicesParts {
  config: Config
  version: string
  transport: Transport
  writer: () => AgentWriter
  runtime: TraceRuntime
  sampler: Sampler
  registry: Registry
}

/** Time until an agent that could not be reached is asked again, unless traces reach it first. */
const ASK_AGAIN_MS = 60_000

export class AgentServices {
  readonly #parts: AgentServicesParts
  readonly #sink: TraceSink
  readonly #remote: RemoteConfiguration | undefined
  readonly #telemetry: Telemetry | undefined
  #timer: NodeJS.Timeout | undefined
  /** Agent that the services were started for. */
  #url: string
  #isStopped = false

  constructor(parts: AgentServicesParts) {
    const { config, transport, version: tracerVersion, registry, runtime } = parts
    this.#parts = parts
    this.#sink = runtime.sink
    this.#url = transport.url
    if (config.remoteConfig) {
      this.#remote = new RemoteConfiguration({
        config,
        transport,
        tracerVersion,
        onChange: changed => this.#changed(changed),
      })
    }
    if (config.telemetry) {
      this.#telemetry = new Telemetry({
        config,
        transport,
        tracerVersion,
        integrations: () => registry.report(),
        patched: () => registry.patched(),
      })
    }
    void this.#ask()
  }

  /** Starts what the agent offers, and stops what it does not. */
  learn({ endpoints }: AgentInfo): void {
    if (this.#isStopped) return
    if (endpoints.includes(PATH)) this.#remote?.start()
    else this.#remote?.stop()
    if (endpoints.some(path => path.startsWith('/telemetry/proxy'))) this.#telemetry?.start()
    else this.#telemetry?.stop()
  }

  /** Begins anew where the transport leads to another agent now. */
  followTransport(): void {
    const { url } = this.#parts.transport
    if (this.#isStopped || url === this.#url) return
    this.#url = url
    this.#remote?.reset()
    this.#telemetry?.reset()
    void this.#ask()
  }

  /** Gathers the last message of telemetry; the returned function sends it, and settles within its time. */
  closing(): (timeoutMs: number) => Promise<unknown> {
    return this.#telemetry?.closing() ?? (async () => {})
  }

  stop(): void {
    this.#isStopped = true
    clearTimeout(this.#timer)
    this.#remote?.stop()
    this.#telemetry?.stop()
  }

  async #ask(): Promise<void> {
    clearTimeout(this.#timer)
    try {
      const info = await this.#parts.writer().askInfo()
      if (this.#isStopped) return
      if (info !== undefined) this.learn(info)
      // Agents without `/info` are older than it: one attempt shows whether they take telemetry.
      else this.#telemetry?.start()
    } catch (error) {
      log.debug(() => `agent info: ${errorCode(error)}`)
      if (!this.#isStopped) this.#timer = later(() => void this.#ask(), ASK_AGAIN_MS)
    }
  }

  #changed(changed: ReadonlySet<LiveRow>): void {
    const { config, sampler, registry, writer, runtime } = this.#parts
    if (changed.has('sampleRate') || changed.has('samplingRules'))
      sampler.setRules(samplingRules(config), config.sampleRate)
    if (changed.has('tags')) {
      sampler.globalTags = config.tags
      writer().renewEncoder()
    }
    if (changed.has('enabled')) {
      runtime.enabled = config.enabled
      // The traces of spans that are open now are dropped.
      runtime.sink = config.enabled ? this.#sink : NOWHERE
      registry.pause(!config.enabled)
    }
    registry.reread()
    this.#telemetry?.configurationChanged()
  }
}
