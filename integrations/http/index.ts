/** The modules `http` and `https` of Node.js: servers and clients. */

import { HTTP_OPTIONS, patchMessages } from '../../src/kit/http/index'
import { defineIntegration } from '../../src/kit/index'
import { patchClient, patchClientRequest } from './client'
import { patchServer } from './server'

export default defineIntegration({
  name: 'http',
  doc: 'HTTP servers and clients of Node.js.',
  options: HTTP_OPTIONS,
  targets: [
    {
      module: 'http',
      patch(http, tools) {
        patchServer(http.Server.prototype, 'http', http, tools)
        patchMessages(http, tools)
        patchClientRequest(http, tools)
        patchClient(http, 'http:', tools)
      },
    },
    {
      module: 'https',
      patch(https, tools) {
        // `https` uses the classes of `http`, which it loads internally, where no hook sees it.
        const http = require('node:http') as typeof import('node:http')
        patchServer(https.Server.prototype, 'https', http, tools)
        patchMessages(http, tools)
        patchClientRequest(http, tools)
        patchClient(https, 'https:', tools)
      },
    },
  ],
})
