/** ioredis: commands of clients, pipelines and clusters. */

import { defineIntegration, type PatchTools } from '../../src/kit/index'
import { type Library, patchClient } from '../../src/kit/ioredis/index'
import { REDIS_OPTIONS, SPLIT_OPTION } from '../../src/kit/redis/index'

export default defineIntegration({
  name: 'ioredis',
  doc: 'Commands of ioredis.',
  options: { ...REDIS_OPTIONS, ...SPLIT_OPTION },
  targets: [
    {
      module: 'ioredis',
      versions: '>=4 <7',
      patch: (Redis: Library, tools: PatchTools) =>
        patchClient(Redis, tools, { type: 'redis', serviceSuffix: 'redis' }),
    },
  ],
})
