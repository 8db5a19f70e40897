/** mysql: queries of connections, pools and clusters of pools. */

import { defineIntegration, type PatchTools } from '../../src/kit/index'
import { SQL_OPTIONS } from '../../src/kit/sql/index'
import { driverOf } from './driver'
import { patchProtocol, patchSequence } from './protocol'
import { patchQuery } from './query'
import { patchConnection } from './written'

const VERSIONS = '>=2 <3'

function patchPool({ prototype }: { prototype: object }, tools: PatchTools): void {
  const { pools } = driverOf(tools)
  pools.wrapQuery(prototype, 'query')
  pools.wrapAcquire(prototype, 'getConnection')
}

/** Patches the namespace of a cluster, which calls the pools without its own `getConnection`. */
function patchNamespace({ prototype }: { prototype: object }, tools: PatchTools): void {
  driverOf(tools).pools.wrapQuery(prototype, 'query')
}

export default defineIntegration({
  name: 'mysql',
  doc: 'Queries of MySQL and MariaDB connections, pools and clusters.',
  options: SQL_OPTIONS,
  targets: [
    // Nothing is patched in the main module, but applications look here for the flag `__datadog_patch`.
    { module: 'mysql', versions: VERSIONS, patch() {} },
    { module: 'mysql', versions: VERSIONS, file: 'lib/Connection.js', patch: patchConnection },
    { module: 'mysql', versions: VERSIONS, file: 'lib/protocol/Protocol.js', patch: patchProtocol },
    { module: 'mysql', versions: VERSIONS, file: 'lib/protocol/sequences/Sequence.js', patch: patchSequence },
    { module: 'mysql', versions: VERSIONS, file: 'lib/protocol/sequences/Query.js', patch: patchQuery },
    { module: 'mysql', versions: VERSIONS, file: 'lib/Pool.js', patch: patchPool },
    { module: 'mysql', versions: VERSIONS, file: 'lib/PoolNamespace.js', patch: patchNamespace },
  ],
})
