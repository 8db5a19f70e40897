/** memcached: commands of its clients. */

import { defineIntegration } from '../../src/kit/index'
import { patchClient } from './client'

export default defineIntegration({
  name: 'memcached',
  doc: 'Commands that clients of memcached send.',
  options: {
    memcachedCommandEnabled:
      'Whether spans have the text of their commands. Default: `DD_TRACE_MEMCACHED_COMMAND_ENABLED`, else false.',
  },
  targets: [{ module: 'memcached', versions: '>=2.2 <3', patch: patchClient }],
})
