/** `http` and `https`: servers and clients of Node.js itself. */

import { patchMessages } from '../../src/kit/http/index'
import { defineIntegration } from '../../src/kit/index'
import { patchClient, patchClientRequest } from './client'
import { patchServer } from './server'

export default defineIntegration({
  name: 'http',
  doc: 'HTTP servers and clients of Node.js.',
  options: {
    server: 'Options for servers only, or `false`.',
    client: 'Options for clients only, or `false`.',
    service: 'Service of the spans.',
    headers: 'Headers that become tags: `name` or `name:tag`.',
    validateStatus: 'Function of the status; false marks the span as an error.',
    filter: 'Function of the URL; false = not traced.',
    allowlist: 'URLs that are traced: texts, expressions, functions.',
    blocklist: 'URLs that are not.',
    'hooks.request':
      'Called with span, request and response (undefined where there was none) just before the span ends.',
    queryStringObfuscation:
      'Server: expression to hide in queries; `true` drops the query, `false` keeps it.',
    splitByDomain: 'Client: the service is `host:port`.',
    propagationBlocklist: 'Client: URLs that get no trace headers.',
  },
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
        // Its messages are of the classes of `http`, which it loads where no hook sees it.
        const http = require('node:http') as typeof import('node:http')
        patchServer(https.Server.prototype, 'https', http, tools)
        patchMessages(http, tools)
        patchClientRequest(http, tools)
        patchClient(https, 'https:', tools)
      },
    },
  ],
})
