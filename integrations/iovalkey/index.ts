/** iovalkey, a fork of ioredis for Valkey. */

import { defineIntegration, type PatchTools } from '../../src/kit/index'
import { type Library, patchClient } from '../../src/kit/ioredis/index'
import { REDIS_OPTIONS, SPLIT_OPTION } from '../../src/kit/redis/index'

export default defineIntegration({
  name: 'iovalkey',
  doc: 'Commands of iovalkey.',
  options: { ...REDIS_OPTIONS, ...SPLIT_OPTION },
  targets: [
    {
      module: 'iovalkey',
      versions: '>=0.1 <1',
      patch: (Redis: Library, tools: PatchTools) =>
        patchClient(Redis, tools, { type: 'valkey', serviceSuffix: 'iovalkey' }),
    },
  ],
})
