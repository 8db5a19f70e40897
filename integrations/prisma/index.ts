/**
 * Prisma with driver adapters, whose queries run in this process. Nothing is patched: Prisma looks for a helper in a
 * global variable and asks it to run its steps inside spans, as its own instrumentation for OpenTelemetry does
 * (`@prisma/instrumentation-contract`).
 */

import { defineIntegration, type PatchTools } from '../../src/kit/index'
import { tracingHelper } from './helper'

const VERSIONS = '>=6.16 <8'
const KEY = 'PRISMA_INSTRUMENTATION'

export default defineIntegration({
  name: 'prisma',
  doc: 'Operations of Prisma clients with driver adapters, with their steps and queries.',
  targets: [
    { module: '@prisma/client', versions: VERSIONS, file: 'runtime/client.js', patch: install },
    // Clients that were generated as ES modules import a file of that package that no hook sees.
    { module: '@prisma/driver-adapter-utils', versions: VERSIONS, patch: install },
  ],
})

/** Installs the helper, unless the application has an instrumentation of its own. */
function install(_exports: object, tools: PatchTools): void {
  const shared = globalThis as { [KEY]?: object }
  if (shared[KEY] !== undefined) return
  const own = { helper: tracingHelper(tools) }
  shared[KEY] = own
  tools.onUndo(() => {
    if (shared[KEY] === own) delete shared[KEY]
  })
}
