/**
 * Restify 4.1 to 6 and 10 to 12. Versions 7 to 9 cannot be loaded in Node.js 18 and later: they set `closed` on the
 * request, which is a getter there. Nothing is bound or deferred: handlers keep whatever context their caller has.
 */

import { defineIntegration } from '../../src/kit/index'
import { patchChain } from './chain'
import { patchOldServer } from './old'
import { patchServer } from './server'

export default defineIntegration({
  name: 'restify',
  doc: 'Requests that a Restify application handles: their route and the errors of their handlers.',
  options: {
    middleware:
      'Make a span for each handler (Restify 10 to 12); default: the option `middlewareTracingEnabled` of `init()`.',
  },
  targets: [
    // Nothing is patched in the main module, but applications look here for the flag `__datadog_patch`.
    { module: 'restify', versions: '>=4.1 <7 || >=10 <13', patch() {} },
    {
      module: 'restify',
      versions: '>=4.1 <7',
      file: 'lib/server.js',
      patch: (exports, tools) => patchOldServer(exports.prototype, tools),
    },
    {
      module: 'restify',
      versions: '>=10 <13',
      file: 'lib/server.js',
      patch: (exports, tools) => patchServer(exports.prototype, tools),
    },
    {
      module: 'restify',
      versions: '>=10 <13',
      file: 'lib/chain.js',
      patch: (exports, tools) => patchChain(exports.prototype, tools),
    },
  ],
})
