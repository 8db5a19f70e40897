/**
 * The module `http2` of Node.js: clients, and servers with streams or with request and response objects as in HTTP/1.
 */

import { HTTP_OPTIONS } from '../../src/kit/http/index'
import { defineIntegration } from '../../src/kit/index'
import { patchConnect } from './client'
import { patchServers } from './server'

export default defineIntegration({
  name: 'http2',
  doc: 'HTTP/2 servers and clients of Node.js.',
  options: {
    ...HTTP_OPTIONS,
    'hooks.request':
      'Function of span, request and response, called just before the span ends; gets the stream twice if there are no such objects.',
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
