/**
 * Becomes the implementation behind `@opentelemetry/api`, without loading it.
 *
 * Every copy of the API reads one object, `globalThis[Symbol.for('opentelemetry.js.api.1')]`, by the shape
 * `{version, trace, context, propagation, metrics, diag}`; it uses what is there if `version` is not older than itself,
 * and registers something only if `version` is exactly its own. So the object is made here, instead of calling
 * `setGlobalTracerProvider` of the application's copy: no copy has to be found or loaded, it works before the first one
 * is loaded, for several copies and versions at once, for CommonJS and ES modules and inside of bundles.
 *
 * To readers the object shows a version that suits all. A copy that registers first assigns the global: by that we know
 * that the next `version` is asked for by a registration, and answer with the version of the copy that asks
 * (`api-version.ts`). Its metrics and its logger are registered as without us; a second tracer provider is refused, as it
 * always is.
 */

import { log } from '../core/log'
import { callerVersion } from './api-version'

/** What we register. */
export interface Registration {
  trace: object
  context: object | undefined
  propagation: object | undefined
}

type Api = Record<string, unknown>

export const API_KEY = Symbol.for('opentelemetry.js.api.1')
const shared = globalThis as { [API_KEY]?: Api }
/** Not older than any copy of major version 1. */
const SUITS_ALL = '1.999.0'

let isRegistering = false
let hasTold = false
let ours: Api | undefined

/** Replaces what was registered before; what somebody else registered beside it (metrics, logger) stays. */
export function registerGlobally(registration: Registration): void {
  const before = shared[API_KEY]
  delegate(before, registration.trace)
  const api: Api = before !== undefined && before === ours ? before : takeOver(before)
  for (const type of ['trace', 'context', 'propagation'] as const) {
    const instance = registration[type]
    if (instance !== undefined) {
      Object.defineProperty(api, type, {
        get: () => give(type, instance),
        configurable: true,
        enumerable: true,
      })
    }
  }
  ours = api
  Object.defineProperty(globalThis, API_KEY, {
    get: () => api,
    set: () => {
      isRegistering = true
    },
    configurable: true,
    enumerable: false,
  })
}

function takeOver(before: Api | undefined): Api {
  const api: Api = {}
  Object.defineProperty(api, 'version', { get: version, enumerable: true })
  for (const type of Object.keys(before ?? {})) if (type !== 'version') api[type] = before?.[type]
  return api
}

function version(): string {
  if (!isRegistering) return SUITS_ALL
  isRegistering = false
  return callerVersion() ?? SUITS_ALL
}

function give(type: string, instance: object): object {
  if (isRegistering) {
    isRegistering = false
    tell(type)
  }
  return instance
}

function tell(type: string): void {
  if (hasTold || type !== 'trace') return
  hasTold = true
  log.warn(
    'opentelemetry registration',
    'another OpenTelemetry tracer provider wants to be registered; this tracer stays, and does not see spans that the other one makes itself',
  )
}

/** Tracers that were got before are proxies that wait for a provider: of what was registered, and of copies without. */
function delegate(before: Api | undefined, provider: object): void {
  const waiting = [before?.trace, ...loadedCopies().map(copy => copy.trace.getTracerProvider())]
  for (const each of waiting) {
    const proxy = each as { setDelegate?: (provider: object) => void } | undefined
    if (proxy !== provider && typeof proxy?.setDelegate === 'function') proxy.setDelegate(provider)
  }
}

const ENTRY_FILE = /opentelemetry.*[\\/](?:build[\\/]src|dist)[\\/]index\.c?js$/

function loadedCopies(): { trace: { getTracerProvider(): unknown } }[] {
  return Object.keys(require.cache)
    .filter(file => ENTRY_FILE.test(file))
    .map(file => require.cache[file]?.exports)
    .filter(copy => typeof copy?.trace?.getTracerProvider === 'function')
}
