/**
 * The OpenTelemetry bridge on a tracer without network, under the oldest and the newest tested `@opentelemetry/api`.
 */

import * as api from '@opentelemetry/api'
import * as newest from 'opentelemetry-api-newest'
import { resolveConfig } from '../../src/core/config/resolve'
import { tracerProviderOf } from '../../src/otel/index'
import type { RunningTracer } from '../../src/otel/tracer-source'
import type { OtelProviderOptions, OtelRegistration } from '../../src/otel/types'
import { openPropagator } from '../../src/trace/propagation/open'
import { type SeenSpan, type TestRuntime, testRuntime } from './runtime'

export type Api = typeof api

export const APIS: [string, Api][] = [
  ['1.9', api],
  ['the newest', newest as unknown as Api],
]

export interface Bridge {
  runtime: TestRuntime
  flushes: number
  /** What was sent, by resource. */
  seen(resource: string): SeenSpan
  /** The tracer is off from now on. */
  stop(): void
}

let running: RunningTracer | undefined
/** One provider class for the process, as there is one tracer. */
export const TracerProvider = tracerProviderOf({ running: () => running })

/** A fresh tracer, and a provider that is registered. */
export function bridge(options?: OtelProviderOptions, registration?: OtelRegistration): Bridge {
  const runtime = testRuntime()
  const made: Bridge = {
    runtime,
    flushes: 0,
    seen(resource) {
      const span = runtime.spans().find(each => each.resource === resource)
      if (span === undefined)
        throw new Error(`no ${resource} in ${runtime.spans().map(each => each.resource)}`)
      return span
    },
    stop() {
      running = undefined
    },
  }
  running = {
    runtime,
    propagator: openPropagator(resolveConfig({}, {})),
    async flush() {
      made.flushes++
    },
  }
  new TracerProvider(options).register(registration)
  return made
}
