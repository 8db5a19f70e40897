/** gRPC with `@grpc/grpc-js`: clients and servers, all four kinds of call. */

import { defineIntegration } from '../../src/kit/index'
import { patchErrors, patchInterceptors } from './client'
import { patchCalls, patchServer } from './server'

const MODULE = '@grpc/grpc-js'
const VERSIONS = '>=1.0.3 <2'

export default defineIntegration({
  name: 'grpc',
  doc: 'Calls of gRPC, sent and served with @grpc/grpc-js.',
  options: {
    server: 'Options for servers only, or `false`.',
    client: 'Options for clients only, or `false`.',
    service: 'Service of the spans.',
    metadata: 'Metadata that become tags: names, or a function that chooses from all of them.',
  },
  targets: [
    // Nothing to patch in it: applications look here for the flag.
    { module: MODULE, versions: VERSIONS, patch() {} },
    {
      module: MODULE,
      versions: VERSIONS,
      file: 'build/src/client-interceptors.js',
      patch: patchInterceptors,
    },
    { module: MODULE, versions: VERSIONS, file: 'build/src/call.js', patch: patchErrors },
    { module: MODULE, versions: VERSIONS, file: 'build/src/server.js', patch: patchServer },
    { module: MODULE, versions: VERSIONS, file: 'build/src/server-call.js', patch: patchCalls },
  ],
})
