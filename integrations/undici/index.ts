/** The package undici. The integration `fetch` traces the copy of undici inside of Node.js. */

import { type AnyFunction, Caller, defineIntegration, type PatchTools } from '../../src/kit/index'
import {
  addRequestClass,
  type ErrorMessage,
  endRequestSpan,
  failRequestSpan,
  type HeadersMessage,
  isOfPackage,
  type RequestMessage,
  recordBodySent,
  recordResponse,
  startRequestSpan,
  UNDICI_OPTIONS,
  type UndiciState,
  undiciState,
} from '../../src/kit/undici/index'

/** Versions with channels that say the origin: they came with 4.7.1; 5.0 was made before that. */
const VERSIONS = '>=4.7.1 <5 || >=5.1 <9'

/** The caller of the `dispatch` that is running. */
let caller: Caller | undefined
/** The caller of each options object. A busy pool passes the object on later, when another request has ended. */
const callers = new WeakMap<object, Caller>()

export default defineIntegration({
  name: 'undici',
  doc: 'Requests that are sent with undici.',
  options: UNDICI_OPTIONS,
  targets: [
    // Nothing is patched in the main module, but applications look here for the flag `__datadog_patch`.
    { module: 'undici', versions: VERSIONS, patch() {} },
    { module: 'undici', versions: VERSIONS, file: 'lib/core/request.js', patch: patchRequest },
    { module: 'undici', versions: '>=4.7.1 <5', file: 'lib/client.js', patch: patchDispatcher },
    { module: 'undici', versions: '>=4.7.1 <5', file: 'lib/pool.js', patch: patchDispatcher },
    { module: 'undici', versions: '>=5.1 <7', file: 'lib/dispatcher-base.js', patch: patchDispatcher },
    {
      module: 'undici',
      versions: '>=6 <9',
      file: 'lib/dispatcher/dispatcher-base.js',
      patch: patchDispatcher,
    },
  ],
})

const stateOf = undiciState('undici.request')
const listening = new WeakSet<UndiciState>()

function patchRequest(Request: object, tools: PatchTools): void {
  tools.onUndo(addRequestClass(Request))
  const state = stateOf(tools)
  // A second copy of the package publishes on the same channels.
  if (listening.has(state)) return
  listening.add(state)
  tools.onUndo(() => listening.delete(state))
  tools.subscribe('undici:request:create', ({ request }: RequestMessage) => {
    if (isOfPackage(request)) startRequestSpan(request, state, caller)
  })
  tools.subscribe('undici:request:headers', ({ request, response }: HeadersMessage) =>
    recordResponse(request, response, state),
  )
  tools.subscribe('undici:request:bodySent', ({ request }: RequestMessage) => recordBodySent(request, state))
  tools.subscribe('undici:request:trailers', ({ request }: RequestMessage) => endRequestSpan(request, state))
  tools.subscribe('undici:request:error', ({ request, error }: ErrorMessage) =>
    failRequestSpan(request, error, state),
  )
}

/**
 * Wraps `dispatch`: remembers the caller of the first dispatch of a request for the later one that makes the request.
 */
function patchDispatcher(Dispatcher: { prototype: object }, tools: PatchTools): void {
  tools.wrap(Dispatcher.prototype, 'dispatch', (original: AnyFunction) => {
    return function (this: unknown, options: unknown): unknown {
      if (!tools.state.enabled || typeof options !== 'object' || options === null) {
        return Reflect.apply(original, this, arguments)
      }
      const outer = caller
      caller = callers.get(options)
      if (caller === undefined) {
        caller = new Caller()
        callers.set(options, caller)
      }
      try {
        return Reflect.apply(original, this, arguments)
      } finally {
        caller = outer
      }
    }
  })
}
