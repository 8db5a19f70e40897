/** redis: commands of clients, pools, clusters and sentinels. */

import { defineIntegration, type PatchTools, type Target } from '../../src/kit/index'
import { REDIS_OPTIONS } from '../../src/kit/redis/index'
import { watchQueues, watchSockets } from './address'
import { patchClassic } from './classic'
import { patchList, patchQueue, patchYallist } from './queue'
import type { ClassModule, ListModule } from './types'

const FOUR = '>=1 <2'
const LATER = '>=5 <7'
const QUEUE = 'dist/lib/client/commands-queue.js'
const SOCKET = 'dist/lib/client/socket.js'

/** Targets of version 4, whose client is in one of two other packages with versions of their own. */
function four(module: string): Target[] {
  return [
    {
      module,
      versions: FOUR,
      file: QUEUE,
      patch(exports: ClassModule, tools: PatchTools) {
        patchYallist(exports, tools)
        patchQueue(exports, tools)
        watchQueues(exports, tools)
      },
    },
    { module, versions: FOUR, file: SOCKET, patch: watchSockets },
  ]
}

export default defineIntegration({
  name: 'redis',
  doc: 'Commands of Redis clients, pools and clusters.',
  options: REDIS_OPTIONS,
  targets: [
    // Nothing is patched in the main module, but applications look here for the flag `__datadog_patch`.
    { module: 'redis', versions: '>=2.6 <7', patch() {} },
    { module: 'redis', versions: '>=2.6 <4', file: 'lib/extendedApi.js', patch: patchClassic },
    ...four('@node-redis/client'),
    ...four('@redis/client'),
    {
      module: '@redis/client',
      versions: LATER,
      file: QUEUE,
      patch(exports: ClassModule, tools: PatchTools) {
        patchQueue(exports, tools)
        watchQueues(exports, tools)
      },
    },
    {
      module: '@redis/client',
      versions: LATER,
      file: 'dist/lib/client/linked-list.js',
      patch: (exports: ListModule, tools: PatchTools) => patchList(exports, tools),
    },
    { module: '@redis/client', versions: LATER, file: SOCKET, patch: watchSockets },
  ],
})
