/** `net`: connections that the application, or a library for it, opens. */

import { defineIntegration } from '../../src/kit/index'
import { patchSocket } from './connect'

export default defineIntegration({
  name: 'net',
  doc: 'Connections, over TCP or to a path, that are opened while a span is active.',
  options: { service: 'Service of the spans.' },
  targets: [
    {
      module: 'net',
      patch(net, tools) {
        patchSocket(net.Socket.prototype, tools)
        // `net` loads it where no hook sees it.
        require('node:dns')
      },
    },
  ],
})
