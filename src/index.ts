/** The package: the tracer object, each of its methods as a named export, and the object itself as the default. */

import { createTracer } from './tracer'
import type { Tracer } from './types'

export type * from './types'

const KEY = Symbol.for('tracer.instance')
const shared = globalThis as { [KEY]?: Tracer }

/** One for each process: a second copy of the package, in another folder, uses the first one's. */
export const tracer: Tracer = shared[KEY] ?? createTracer()
if (shared[KEY] === undefined) Object.defineProperty(globalThis, KEY, { value: tracer, enumerable: false })

export default tracer

/** @internal For `register.mjs`, which needs these before `init()`, and for the plugins of bundlers. */
export { manifest, modulesToHook } from './manifest'

export const init = tracer.init
export const use = tracer.use
export const startSpan = tracer.startSpan
export const trace = tracer.trace
export const wrap = tracer.wrap
export const scope = tracer.scope
export const inject = tracer.inject
export const extract = tracer.extract
export const setUrl = tracer.setUrl
export const setUser = tracer.setUser
export const trackError = tracer.trackError
export const setBaggageItem = tracer.setBaggageItem
export const getBaggageItem = tracer.getBaggageItem
export const getAllBaggageItems = tracer.getAllBaggageItems
export const removeBaggageItem = tracer.removeBaggageItem
export const removeAllBaggageItems = tracer.removeAllBaggageItems
export const flush = tracer.flush
export const shutdown = tracer.shutdown

// The properties below are getters, which load what they return. `require('tracer')` and the default import have them;
// as named imports they do not exist: Node.js would read all of them to find out.
export declare const dataStreamsCheckpointer: Tracer['dataStreamsCheckpointer']
export declare const dogstatsd: Tracer['dogstatsd']
export declare const logs: Tracer['logs']
export declare const metrics: Tracer['metrics']
export declare const profiling: Tracer['profiling']
export declare const TracerProvider: Tracer['TracerProvider']

for (const [name, { get }] of Object.entries(Object.getOwnPropertyDescriptors(tracer))) {
  if (get !== undefined) Object.defineProperty(exports, name, { get })
}
