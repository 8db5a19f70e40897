/** @opensearch-project/opensearch: requests of its clients. */

import { patchTransport } from '../../src/kit/elastic/index'
import { defineIntegration, type PatchTools } from '../../src/kit/index'

const VERSIONS = '>=1 <4'

export default defineIntegration({
  name: 'opensearch',
  doc: 'Requests of the clients of OpenSearch.',
  options: {
    service: 'Service of the spans.',
    'hooks.query':
      'Function that is called with the span and the parameters of the request just before the span ends.',
  },
  targets: [
    // Nothing is patched in the main module: applications look there for the flag `__datadog_patch`.
    { module: '@opensearch-project/opensearch', versions: VERSIONS, patch() {} },
    {
      module: '@opensearch-project/opensearch',
      versions: VERSIONS,
      file: 'lib/Transport.js',
      patch: (exports: { prototype: object }, tools: PatchTools) =>
        patchTransport(exports, 'opensearch', tools),
    },
  ],
})
