/** The package `router`, on its own and inside of Express 5. */

import { defineIntegration } from '../../src/kit/index'
import { patchLayer, patchRouter } from '../../src/kit/router/index'
import { MIDDLEWARE_OPTION } from '../../src/kit/web/index'

export default defineIntegration({
  name: 'router',
  doc: 'Routes, errors and middleware of the package `router`, which Express 5 is built on.',
  options: MIDDLEWARE_OPTION,
  targets: [
    {
      module: 'router',
      versions: '>=1 <3',
      patch: (exports, tools) => patchRouter(exports.prototype, tools),
    },
    {
      module: 'router',
      versions: '>=1 <3',
      file: 'lib/layer.js',
      patch: (exports, tools) => patchLayer(exports.prototype, tools),
    },
  ],
})
