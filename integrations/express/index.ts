/** Express 4 and 5: claims the request for Express. Version 4 has a router of its own, which gives route and errors. */

import { defineIntegration, type PatchTools } from '../../src/kit/index'
import { patchLayer, patchRouter } from '../../src/kit/router/index'
import { MIDDLEWARE_OPTION, webRequestOf } from '../../src/kit/web/index'

export default defineIntegration({
  name: 'express',
  doc: 'Requests that an Express application handles: their route and the errors of their handlers.',
  options: MIDDLEWARE_OPTION,
  targets: [
    { module: 'express', versions: '>=4.6 <6', file: 'lib/application.js', patch: patchApplication },
    { module: 'express', versions: '>=4.6 <5', file: 'lib/router/index.js', patch: patchRouter },
    {
      module: 'express',
      versions: '>=4.6 <5',
      file: 'lib/router/layer.js',
      patch: (exports, tools) => patchLayer(exports.prototype, tools),
    },
  ],
})

function patchApplication(application: object, tools: PatchTools): void {
  const site = tools.site({
    name: { v0: 'express.request', v1: 'http.server.request' },
    type: 'web',
    kind: 'server',
  })
  const middleware = tools.site({ name: 'express.middleware', measured: false })
  tools.wrap(application, 'handle', original => {
    return function (this: unknown, req: object): unknown {
      const web = tools.state.enabled ? webRequestOf(req) : undefined
      if (web !== undefined && web.framework === '') web.claim('express', site, middleware)
      return Reflect.apply(original, this, arguments)
    }
  })
}
