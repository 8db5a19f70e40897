/** The list of integrations that a build step wrote (test/tools/generate.ts): names and modules, each loaded when needed. */

import { resolveConfig } from './core/config/resolve'
import type { ManifestEntry } from './patch/types'

export const manifest: readonly ManifestEntry[] = require('../integrations/manifest.js')

/** Every module that some integration patches, also as Node.js' own modules are imported; none when all is switched off. */
export function modulesToHook(): string[] {
  if (!resolveConfig().enabled) return []
  const names = new Set(manifest.flatMap(entry => entry.modules))
  return [...names].flatMap(name => [name, `node:${name}`])
}
