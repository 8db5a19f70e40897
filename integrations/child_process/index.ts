/** `child_process`: the commands that a program runs. */

import { defineIntegration } from '../../src/kit/index'
import { patchProcesses } from './processes'
import { commandSpans } from './spans'
import { patchSync } from './sync'

export default defineIntegration({
  name: 'child_process',
  doc: 'Commands that the application runs, without the secrets in their arguments.',
  options: { service: 'Service of the spans.' },
  targets: [
    {
      module: 'child_process',
      patch(module, tools) {
        const spans = commandSpans(tools)
        patchProcesses(module, spans, tools)
        patchSync(module, spans, tools)
      },
    },
  ],
})
