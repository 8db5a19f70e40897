/** The list of integrations that a build step wrote (test/tools/generate.ts): names and modules, each loaded when needed. */

import type { ManifestEntry } from './patch/types'

export const manifest: readonly ManifestEntry[] = require('../integrations/manifest.js')

/** Every module that some integration patches, also as Node.js' own modules are imported. */
export function instrumentedModules(): string[] {
  const names = new Set(manifest.flatMap(entry => entry.modules))
  return [...names].flatMap(name => [name, `node:${name}`])
}
