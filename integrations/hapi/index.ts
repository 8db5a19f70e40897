/**
 * hapi 20.1 to 21. Every request is an object with a method for each step of its life. Earlier versions, also those
 * called `hapi`, do not work since Node.js 16: they take the end of a payload for that of the connection, and never
 * answer.
 */

import { defineIntegration, type PatchTools } from '../../src/kit/index'
import { webRequestOf } from '../../src/kit/web/index'
import type { Request, Response } from './types'

/** Method of hapi's internal routes, for requests without a route and for invalid paths. */
const SPECIAL = '_special'

export default defineIntegration({
  name: 'hapi',
  doc: 'Requests that a hapi server handles: their route and the errors of their handlers.',
  targets: [
    // Nothing is patched in the main module, but applications look here for the flag `__datadog_patch`.
    { module: '@hapi/hapi', versions: '>=20.1.2 <22', patch() {} },
    {
      module: '@hapi/hapi',
      versions: '>=20.1.2 <22',
      file: 'lib/request.js',
      patch: (exports, tools) => patchRequest(exports.prototype, tools),
    },
  ],
})

function patchRequest(prototype: object, tools: PatchTools): void {
  const site = tools.site({
    name: { v0: 'hapi.request', v1: 'http.server.request' },
    type: 'web',
    kind: 'server',
  })
  const webOf = (request: Request) =>
    tools.state.enabled && request.raw?.req ? webRequestOf(request.raw.req) : undefined
  tools.wrap(prototype, '_execute', original => {
    return function (this: Request): unknown {
      const web = webOf(this)
      if (web !== undefined && web.framework === '') web.claim('hapi', site)
      return Reflect.apply(original, this, arguments)
    }
  })
  tools.wrap(prototype, '_lookup', original => {
    return function (this: Request): unknown {
      const result = Reflect.apply(original, this, arguments)
      const { route } = this
      if (typeof route?.path === 'string' && route.method !== SPECIAL) webOf(this)?.matched(route.path)
      return result
    }
  })
  // Called with what a handler throws or returns, and with what replaces it later.
  tools.wrap(prototype, '_setResponse', original => {
    return function (this: Request, response: Response | null): unknown {
      if (response?.isBoom === true) webOf(this)?.fail(response)
      return Reflect.apply(original, this, arguments)
    }
  })
}
