/** mysql2: queries and prepared statements of connections, pools and clusters of pools. */

import { defineIntegration, type PatchTools } from '../../src/kit/index'
import { commentWhileSending, SQL_OPTIONS } from '../../src/kit/sql/index'
import { patchConnection } from './connection'
import { driverOf } from './driver'
import { patchEvents } from './events'
import { patchCluster, patchPool } from './pool'

type Class = { prototype: object }

const VERSIONS = '>=1 <4'
/** Versions with connections and pools in `lib`; from 3.11.5 on their implementation is in `lib/base`. */
const FLAT = '>=1 <3.11.5-0'
const BASED = '>=3.11.5-0 <4'

/** Patches the class of commands that are queries. */
function patchQuery(Query: Class, tools: PatchTools): void {
  patchEvents(Query, tools)
  commentWhileSending(Query.prototype, 'sql', false, tools, driverOf(tools).spans)
}

function patchPrepare(Prepare: Class, tools: PatchTools): void {
  commentWhileSending(Prepare.prototype, 'query', true, tools, driverOf(tools).spans)
}

const connection = (Class: Class, tools: PatchTools) => patchConnection(Class, driverOf(tools))
const pool = (Class: Class, tools: PatchTools) => patchPool(Class, driverOf(tools))
const cluster = (Class: Class, tools: PatchTools) => patchCluster(Class, driverOf(tools))

export default defineIntegration({
  name: 'mysql2',
  doc: 'Queries and prepared statements of MySQL and MariaDB connections, pools and clusters.',
  options: SQL_OPTIONS,
  targets: [
    // Nothing is patched in the main module, but applications look here for the flag `__datadog_patch`.
    { module: 'mysql2', versions: VERSIONS, patch() {} },
    { module: 'mysql2', versions: VERSIONS, file: 'lib/commands/query.js', patch: patchQuery },
    { module: 'mysql2', versions: VERSIONS, file: 'lib/commands/execute.js', patch: patchEvents },
    { module: 'mysql2', versions: VERSIONS, file: 'lib/commands/prepare.js', patch: patchPrepare },
    { module: 'mysql2', versions: FLAT, file: 'lib/connection.js', patch: connection },
    { module: 'mysql2', versions: BASED, file: 'lib/base/connection.js', patch: connection },
    { module: 'mysql2', versions: FLAT, file: 'lib/pool.js', patch: pool },
    { module: 'mysql2', versions: BASED, file: 'lib/base/pool.js', patch: pool },
    { module: 'mysql2', versions: VERSIONS, file: 'lib/pool_cluster.js', patch: cluster },
  ],
})
