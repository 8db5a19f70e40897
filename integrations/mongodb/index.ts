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
  doc: 'Commands of MongoDB.',
  options: {
    service: 'Service of the spans.',
    heartbeatEnabled: 'False: no spans of `hello`, by which the driver watches the server.',
    obfuscateQuery: 'Values in the tag `mongodb.query`: `none` changed, their `types`, or `redact`ed.',
    queryInResourceName: 'The resource ends with the query.',
    dbmPropagationMode: 'Comments in commands: `disabled`, `service` or `full`.',
  },
  targets: [
    // Nothing to patch in it: applications look here for the flag.
    { module: 'mongodb', versions: VERSIONS, patch() {} },
    target('lib/cmap/connection.js', patchCommand),
    target('lib/cmap/connect.js', patchConnect),
    target('lib/cmap/connection_pool.js', patchPool),
    target('lib/sdam/topology.js', patchTopology),
    target('lib/sdam/monitor.js', patchMonitor),
    target('lib/bulk/common.js', patchBulk),
  ],
})
