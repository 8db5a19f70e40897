/**
 * Becomes the implementation behind `@opentelemetry/api`, without loading it.
 *
 * Every copy of the API reads one object, `globalThis[Symbol.for('opentelemetry.js.api.1')]`, of the shape `{version,
 * trace, context, propagation, metrics, diag}`. A copy uses the object if `version` is not older than its own, and
 * registers a provider only if `version` is exactly its own. The object is made here, instead of calling
 * `setGlobalTracerProvider` of the application's copy: no copy has to be found or loaded, and it works before the
 * first copy is loaded, for several copies and versions at once, for CommonJS and ES modules and inside of bundles.
 *
 * Readers see a version that suits all copies. A copy that registers a provider first assigns the global; that
 * assignment tells that the next read of `version` belongs to a registration, and that read returns the version of
 * the calling copy (`api-version.ts`). Metrics and the logger of that copy are then registered as without this
 * tracer; a second tracer provider is refused, as the API always does.
 */

import { log } from '../core/log'
import { callerVersion } from './api-version'

/** The tracer's implementations of the parts of the API; undefined parts are not registered. */
export interface Registration {
  trace: object
  context: object | undefined
  propagation: object | undefined
}

type Api = Record<string, unknown>

/** Key of the global object that all copies of the API read. */
export const API_KEY = Symbol.for('opentelemetry.js.api.1')
const shared = globalThis as { [API_KEY]?: Api }
/** Not older than any copy of major version 1. */
const SUITS_ALL = '1.999.0'

let isRegistering = false
let hasWarned = false
let registered: Api | undefined

/**
 * Replaces the tracer provider, context manager and propagator of the API; what others registered (metrics, logger)
 * stays.
 */
export function registerGlobally(registration: Registration): void {
  const before = shared[API_KEY]
  delegate(before, registration.trace)
  const api: Api = before !== undefined && before === registered ? before : takeOver(before)
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
  registered = api
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
    warnOnce(type)
  }
  return instance
}

function warnOnce(type: string): void {
  if (hasWarned || type !== 'trace') return
  hasWarned = true
  log.warn(
    'opentelemetry registration',
    'another OpenTelemetry tracer provider was refused: this tracer stays, and does not send spans of the other',
  )
}

/**
 * Gives the provider to proxies: the API returns these for tracers that are requested before a provider is
 * registered. They belong to the object that was registered before, or to copies of the API that have registered
 * nothing.
 */
function delegate(before: Api | undefined, provider: object): void {
  const waiting = [before?.trace, ...loadedCopies().map(copy => copy.trace.getTracerProvider())]
  for (const each of waiting) {
    const proxy = each as { setDelegate?: (provider: object) => void } | undefined
    if (proxy !== provider && typeof proxy?.setDelegate === 'function') proxy.setDelegate(provider)
  }
}

const ENTRY_FILE = /[\\/](?:build[\\/]src|dist)[\\/]index\.c?js$/

function loadedCopies(): { trace: { getTracerProvider(): unknown } }[] {
  return Object.keys(require.cache)
    .filter(file => ENTRY_FILE.test(file) && file.includes('opentelemetry'))
    .map(file => require.cache[file]?.exports)
    .filter(copy => typeof copy?.trace?.getTracerProvider === 'function')
}
