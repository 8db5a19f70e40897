/** `http2`: servers, with streams or with messages as in HTTP/1, and clients. */

import { defineIntegration } from '../../src/kit/index'
import { patchConnect } from './client'
import { patchServers } from './server'

export default defineIntegration({
  name: 'http2',
  doc: 'HTTP/2 servers and clients of Node.js.',
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
      'Called with span, request and response just before the span ends; with the stream for both where there is no more.',
    queryStringObfuscation:
      'Server: expression to hide in queries; `true` drops the query, `false` keeps it.',
    splitByDomain: 'Client: the service is `host:port`.',
    propagationBlocklist: 'Client: URLs that get no trace headers.',
  },
  targets: [
    {
      module: 'http2',
      patch(http2, tools) {
        patchServers(http2, tools)
        patchConnect(http2, tools)
      },
    },
  ],
})
