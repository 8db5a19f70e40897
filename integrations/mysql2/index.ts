/** mysql2: queries and prepared statements of connections, pools and clusters of pools. */

import { defineIntegration, type PatchTools } from '../../src/kit/index'
import { commentWhileSending, SQL_OPTIONS } from '../../src/kit/sql/index'
import { patchConnection } from './connection'
import { driverOf } from './driver'
import { patchEvents } from './events'
import { patchCluster, patchPool } from './pool'

type Class = { prototype: object }

const VERSIONS = '>=1 <4'
/** Connections and pools lay in `lib` until 3.11.4, and their substance in `lib/base` from 3.11.5 on. */
const FLAT = '>=1 <3.11.5-0'
const BASED = '>=3.11.5-0 <4'

/** A command that is a query. */
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
    // Nothing to patch in it: applications look here for the flag.
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
