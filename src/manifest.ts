/** The list of integrations, written by a build step (test/tools/generate.ts): names, modules, and how each is loaded. */

import { resolveConfig } from './core/config/resolve'
import type { ManifestEntry } from './patch/types'

export const manifest: readonly ManifestEntry[] = require('../integrations/manifest.js')

/** Returns the names of all modules that an integration patches, each also with `node:`; none when tracing is off. */
export function modulesToHook(): string[] {
  if (!resolveConfig().enabled) return []
  const names = new Set(manifest.flatMap(entry => entry.modules))
  return [...names].flatMap(name => [name, `node:${name}`])
}
