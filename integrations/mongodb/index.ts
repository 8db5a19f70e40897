/** mongodb: commands that are sent to servers. */

import { defineIntegration, type Target } from '../../src/kit/index'
import { patchBulk } from './bulk'
import { patchCommand } from './command'
import { patchConnect, patchMonitor, patchPool, patchTopology } from './context'

const VERSIONS = '>=4 <8'

function target(file: string, patch: Target['patch']): Target {
  return { module: 'mongodb', versions: VERSIONS, file, patch }
}

export default defineIntegration({
  name: 'mongodb',
  doc: 'Commands that clients of MongoDB send.',
  options: {
    service: 'Service of the spans.',
    heartbeatEnabled:
      'Whether `hello`, by which the driver monitors servers, has spans. Default: `DD_TRACE_MONGODB_HEARTBEAT_ENABLED`, else true.',
    obfuscateQuery:
      'Values in the tag `mongodb.query`: kept (`none`), replaced by their types (`types`) or by `?` (`redact`). Default: `DD_TRACE_MONGODB_OBFUSCATE_QUERY`, else `none`.',
    queryInResourceName: 'Whether the resource ends with the query. Default: false.',
    dbmPropagationMode: 'Comments in commands: `disabled`, `service` or `full`.',
  },
  targets: [
    // Nothing is patched in the main module: applications look there for the flag `__datadog_patch`.
    { module: 'mongodb', versions: VERSIONS, patch() {} },
    target('lib/cmap/connection.js', patchCommand),
    target('lib/cmap/connect.js', patchConnect),
    target('lib/cmap/connection_pool.js', patchPool),
    target('lib/sdam/topology.js', patchTopology),
    target('lib/sdam/monitor.js', patchMonitor),
    target('lib/bulk/common.js', patchBulk),
  ],
})
