/**
 * Prisma with driver adapters, whose queries run in this process. Nothing of it is patched: it asks a helper, which it
 * looks for in a global of that name, to run its steps inside spans, as its own instrumentation for OpenTelemetry does
 * (`@prisma/instrumentation-contract`).
 */

import { defineIntegration, type PatchTools } from '../../src/kit/index'
import { tracingHelper } from './helper'

const VERSIONS = '>=6.16 <8'
const KEY = 'PRISMA_INSTRUMENTATION'

export default defineIntegration({
  name: 'prisma',
  doc: 'Operations of Prisma clients with driver adapters, and the steps and queries that they come to.',
  targets: [
    { module: '@prisma/client', versions: VERSIONS, file: 'runtime/client.js', patch: install },
    // Clients that were generated as ES modules import a part of the package above that no hook sees.
    { module: '@prisma/driver-adapter-utils', versions: VERSIONS, patch: install },
  ],
})

/** An instrumentation that the application brings goes first. */
function install(_exports: object, tools: PatchTools): void {
  const shared = globalThis as { [KEY]?: object }
  if (shared[KEY] !== undefined) return
  const own = { helper: tracingHelper(tools) }
  shared[KEY] = own
  tools.onUndo(() => {
    if (shared[KEY] === own) delete shared[KEY]
  })
}
