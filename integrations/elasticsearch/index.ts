/** @elastic/elasticsearch: requests of its clients. Since version 8 the transport is a package of its own. */

import { patchTransport } from '../../src/kit/elastic/index'
import { defineIntegration, type PatchTools } from '../../src/kit/index'

type Transport = { prototype: object }

export default defineIntegration({
  name: 'elasticsearch',
  doc: 'Requests of the clients of Elasticsearch.',
  options: {
    service: 'Service of the spans.',
    'hooks.query':
      'Function that is called with the span and the parameters of the request just before the span ends.',
  },
  targets: [
    // Nothing is patched in the main module: applications look there for the flag `__datadog_patch`.
    { module: '@elastic/elasticsearch', versions: '>=7 <10', patch() {} },
    {
      module: '@elastic/elasticsearch',
      versions: '>=7 <8',
      file: 'lib/Transport.js',
      patch: (exports: Transport, tools: PatchTools) => patchTransport(exports, 'elasticsearch', tools),
    },
    {
      module: '@elastic/transport',
      versions: '>=8 <10',
      // The main module also names the copy that ES modules get.
      patch(exports: { Transport?: Transport }, tools: PatchTools) {
        if (exports.Transport !== undefined) patchTransport(exports.Transport, 'elasticsearch', tools)
      },
    },
  ],
})
