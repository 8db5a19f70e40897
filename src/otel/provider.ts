/** `new tracer.TracerProvider()`: OpenTelemetry's tracer provider, whose spans are made by this tracer. */

import { fence } from '../core/fence'
import { registerGlobally } from './api-registry'
import { BridgeContextManager } from './context-manager'
import { ProcessorCalls } from './processors'
import { BridgePropagator } from './propagator'
import { BridgeTracer } from './tracer'
import type { RunningTracer, TracerSource } from './tracer-source'
import type {
  OtelProviderOptions,
  OtelRegistration,
  OtelResource,
  OtelSpanProcessor,
  OtelTracer,
  OtelTracerProvider,
} from './types'

/**
 * Most tracers that are kept. Programs with more put data into tracer names; further tracers are made anew each time.
 */
const MAX_TRACERS = 256
/** Prefix of the service name that an OpenTelemetry SDK uses if the application sets none. */
const UNNAMED = 'unknown_service'

/** See `OtelTracerProvider` for the methods. */
export class BridgeTracerProvider implements OtelTracerProvider {
  readonly resource: OtelResource
  readonly #source: TracerSource
  readonly #processors: readonly OtelSpanProcessor[]
  readonly #tracers = new Map<string, OtelTracer>()
  #contextManager: BridgeContextManager
  #isShutDown = false

  constructor(source: TracerSource, options?: OtelProviderOptions) {
    this.#source = source
    this.#contextManager = new BridgeContextManager(source, undefined)
    this.resource = { attributes: { ...options?.resource?.attributes } }
    this.#processors = Array.isArray(options?.spanProcessors) ? [...options.spanProcessors] : []
  }

  getTracer(name: string, version?: string, options?: { schemaUrl?: string }): OtelTracer {
    const key = JSON.stringify([String(name), version, options?.schemaUrl])
    let tracer = this.#tracers.get(key)
    if (tracer === undefined) {
      tracer = this.#makeTracer(String(name), version, options?.schemaUrl)
      if (this.#tracers.size < MAX_TRACERS) this.#tracers.set(key, tracer)
    }
    return tracer
  }

  register(options?: OtelRegistration): void {
    fence('opentelemetry registration', () => {
      const { propagator, contextManager } = options ?? {}
      if (contextManager) {
        contextManager.enable()
        this.#contextManager = new BridgeContextManager(this.#source, contextManager)
      }
      registerGlobally({
        trace: this,
        context: contextManager === null ? undefined : this.#contextManager,
        propagation: propagator === null ? undefined : (propagator ?? new BridgePropagator(this.#source)),
      })
    })
  }

  async forceFlush(): Promise<void> {
    await this.#each(processor => processor.forceFlush())
    await this.#source.running()?.flush()
  }

  async shutdown(): Promise<void> {
    if (this.#isShutDown) return
    this.#isShutDown = true
    await this.#each(processor => processor.shutdown())
    await this.#source.running()?.flush()
  }

  async #each(call: (processor: OtelSpanProcessor) => Promise<void>): Promise<void> {
    // A processor that throws or rejects does not stop the others.
    await Promise.allSettled(this.#processors.map(async processor => call(processor)))
  }

  #running(): RunningTracer | undefined {
    return this.#isShutDown ? undefined : this.#source.running()
  }

  #makeTracer(name: string, version: string | undefined, schemaUrl: string | undefined): OtelTracer {
    const provider = this
    const service = this.resource.attributes['service.name']
    return new BridgeTracer({
      running: () => provider.#running(),
      get contextManager() {
        return provider.#contextManager
      },
      service: typeof service === 'string' && !service.startsWith(UNNAMED) ? service : undefined,
      watcher:
        this.#processors.length === 0
          ? undefined
          : new ProcessorCalls(this.#processors, this.resource, { name, version, schemaUrl }),
    })
  }
}
