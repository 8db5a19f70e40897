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
    server: 'Options for servers only, or `false` for no spans of servers.',
    client: 'Options for clients only, or `false` for no spans of clients.',
    service: 'Service of the spans.',
    metadata: 'Metadata that become tags: a list of names, or a function that returns those to keep.',
  },
  targets: [
    // Nothing is patched in the main module: applications look there for the flag `__datadog_patch`.
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
