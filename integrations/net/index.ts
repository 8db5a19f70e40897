/** `net`: connections that the application, or a library for it, opens. */

import { defineIntegration } from '../../src/kit/index'
import { patchSocket } from './connect'

export default defineIntegration({
  name: 'net',
  doc: 'Connections, over TCP or to a path, that are opened while a span is active.',
  options: { service: 'Service of the spans.' },
  // `net` is loaded by other modules of Node.js, where no hook sees it; so is `dns` by `net`.
  targets: ['net', 'tls', 'http', 'https', 'http2'].map(module => ({
    module,
    patch(_exports, tools) {
      patchSocket(require('node:net').Socket.prototype, tools)
      require('node:dns')
    },
  })),
})
