/** pg: the queries of its clients, pools, cursors and streams, in JavaScript and in libpq. */

import { defineIntegration } from '../../src/kit/index'
import { SQL_OPTIONS } from '../../src/kit/sql/index'
import { patchClient } from './client'
import { patchConnection, patchLibpq } from './comment'
import { patchPool } from './pool'

const VERSIONS = '>=8.0.3 <9'

export default defineIntegration({
  name: 'pg',
  doc: 'Queries of PostgreSQL clients and pools, with cursors, streams and the native client.',
  options: SQL_OPTIONS,
  targets: [
    // Nothing is patched in the main module, but applications look here for the flag `__datadog_patch`.
    { module: 'pg', versions: VERSIONS, patch() {} },
    { module: 'pg', versions: VERSIONS, file: 'lib/client.js', patch: patchClient },
    // Loaded when the application reads `pg.native`, and only if pg-native is installed.
    { module: 'pg', versions: VERSIONS, file: 'lib/native/client.js', patch: patchClient },
    { module: 'pg', versions: VERSIONS, file: 'lib/connection.js', patch: patchConnection },
    { module: 'pg', versions: '>=8.0.3 <8.2', file: 'lib/connection-fast.js', patch: patchConnection },
    { module: 'pg-native', versions: '>=3 <4', patch: patchLibpq },
    { module: 'pg-pool', versions: '>=3 <4', patch: patchPool },
  ],
})
