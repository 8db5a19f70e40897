/** What an agent may offer besides taking traces: remote configuration and telemetry. Loaded some seconds after start. */

import type { Config } from './core/config/resolve'
import { log } from './core/log'
import { isServerless } from './core/serverless'
import { errorCode, type Transport } from './core/transport'
import type { AgentInfo } from './export/send/agent-info'
import type { AgentWriter } from './export/send/writer'
import { Telemetry } from './export/telemetry/index'
import type { Registry } from './patch/registry'
import { type LiveRow, RemoteConfiguration } from './remote/index'
import { PATH } from './remote/protocol'
import { later } from './std/timer'
import type { TraceRuntime, TraceSink } from './trace/local-trace'
import type { SamplingRule } from './trace/sampling/rules'
import type { Sampler } from './trace/sampling/sampler'

export interface BackgroundParts {
  config: Config
  version: string
  transport: Transport
  writer: AgentWriter
  runtime: TraceRuntime
  sampler: Sampler
  registry: Registry
  /** Reads `config.samplingRules`. */
  rules: () => SamplingRule[]
}

/** An agent that cannot be reached is asked again after that time, unless traces reach it first. */
const ASK_AGAIN_MS = 60_000
const NOWHERE: TraceSink = { add() {} }

export class Background {
  readonly #parts: BackgroundParts
  readonly #sink: TraceSink
  readonly #remote: RemoteConfiguration | undefined
  readonly #telemetry: Telemetry | undefined
  #timer: NodeJS.Timeout | undefined
  #isStopped = false

  constructor(parts: BackgroundParts) {
    const { config, transport, version: tracerVersion, registry, runtime } = parts
    this.#parts = parts
    this.#sink = runtime.sink
    const isWanted = !isServerless(process.env)
    if (isWanted && config.remoteConfig) {
      this.#remote = new RemoteConfiguration({
        config,
        transport,
        tracerVersion,
        onChange: changed => this.#changed(changed),
      })
    }
    if (isWanted && config.telemetry) {
      this.#telemetry = new Telemetry({
        config,
        transport,
        tracerVersion,
        integrations: () => registry.report(),
        patched: () => registry.patched(),
      })
    }
    if (this.#remote !== undefined || this.#telemetry !== undefined) void this.#ask()
  }

  /** The agent has said what it offers. */
  agentIs({ endpoints }: AgentInfo): void {
    if (this.#isStopped) return
    if (endpoints.includes(PATH)) this.#remote?.start()
    else this.#remote?.stop()
    if (endpoints.some(path => path.startsWith('/telemetry/proxy'))) this.#telemetry?.start()
    else this.#telemetry?.stop()
  }

  /** The transport leads to another agent. */
  reset(): void {
    if (this.#isStopped) return
    this.#remote?.reset()
    this.#telemetry?.reset()
    void this.#ask()
  }

  /** Gathers the last words; the answer sends them. */
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
      const info = await this.#parts.writer.askInfo()
      if (this.#isStopped) return
      if (info !== undefined) this.agentIs(info)
      // Agents so old that they do not say: one attempt shows.
      else this.#telemetry?.start()
    } catch (error) {
      log.debug(() => `agent info: ${errorCode(error)}`)
      if (!this.#isStopped) this.#timer = later(() => void this.#ask(), ASK_AGAIN_MS)
    }
  }

  #changed(changed: ReadonlySet<LiveRow>): void {
    const { config, sampler, registry, writer, runtime, rules } = this.#parts
    if (changed.has('sampleRate') || changed.has('samplingRules'))
      sampler.setRules(rules(), config.sampleRate)
    if (changed.has('tags')) {
      sampler.globalTags = config.tags
      writer.renewEncoder()
    }
    if (changed.has('enabled')) {
      runtime.enabled = config.enabled
      // Spans that are open now end nowhere.
      runtime.sink = config.enabled ? this.#sink : NOWHERE
      registry.pause(!config.enabled)
    }
    registry.reread()
    this.#telemetry?.configurationChanged()
  }
}
