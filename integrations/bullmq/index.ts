/** bullmq: jobs that are added to queues, and those that workers process. */

import { defineIntegration, type PatchTools } from '../../src/kit/index'
import { patchProducers } from './producer'
import type { Library } from './types'
import { patchWorker } from './worker'

export default defineIntegration({
  name: 'bullmq',
  doc: 'Jobs that are added to queues of bullmq, by themselves, in bulk or as flows, and jobs that workers process.',
  options: { service: 'Service of the spans.' },
  targets: [
    {
      module: 'bullmq',
      versions: '>=5 <7',
      patch(exports: Library, tools: PatchTools) {
        patchProducers(exports, tools)
        patchWorker(exports, tools)
      },
    },
  ],
})
