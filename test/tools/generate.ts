/** Build step: writes the manifest of integrations, and the generated tables of the documentation. */

import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Integration } from '../../src/patch/types'
import { supportTable } from './support-index'
import { configTables, integrationOptionTable, integrationTable, replaceSection } from './tables'

const dist = join(__dirname, '..', '..')
const folder = join(dist, 'integrations')
const root = join(dist, '..')

export interface GeneratedPage {
  path: string
  text: string
  fresh: string
}

export function loadIntegrations(): Integration[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter(entry => entry.isDirectory() && !entry.name.startsWith('_'))
    .map(entry => (require(join(folder, entry.name, 'index.js')) as { default: Integration }).default)
}

function manifestText(integrations: readonly Integration[]): string {
  const entries = integrations.map(({ name, targets, channels, offByDefault }) => {
    const modules = [...new Set(targets.map(target => target.module))]
    const off = offByDefault === true ? ' offByDefault: true,' : ''
    const names = channels === undefined ? '' : ` channels: ${JSON.stringify(Object.keys(channels))},`
    return `  { name: '${name}', modules: ${JSON.stringify(modules)},${names}${off} load: () => require('./${name}/index.js').default },`
  })
  return `'use strict'\nmodule.exports = [\n${entries.join('\n')}\n]\n`
}

/** Returns the generated sections of each page, by the page's path. */
function generatedSections(integrations: readonly Integration[]): Record<string, Record<string, string>> {
  return {
    'src/core/config/README.md': { settings: configTables() },
    'integrations/README.md': {
      integrations: integrationTable(integrations),
      options: integrationOptionTable(integrations),
    },
    'test/support/README.md': { files: supportTable(join(root, 'test/support')) },
  }
}

/** Returns the pages that have generated sections, with their text as it is and as it must be. */
export function generatedPages(integrations: readonly Integration[]): GeneratedPage[] {
  return Object.entries(generatedSections(integrations)).map(([path, sections]) => {
    const text = readFileSync(join(root, path), 'utf8')
    const fresh = Object.entries(sections).reduce(
      (page, [name, content]) => replaceSection(page, name, content),
      text,
    )
    return { path, text, fresh }
  })
}

/** Writes the pages anew whose tables are not what the code says. */
export function refreshPages(integrations: readonly Integration[]): void {
  for (const { path, text, fresh } of generatedPages(integrations)) {
    if (fresh === text) continue
    writeFileSync(join(root, path), fresh)
    process.stdout.write(`updated ${path}\n`)
  }
}

if (require.main === module) {
  const integrations = loadIntegrations()
  writeFileSync(join(folder, 'manifest.js'), manifestText(integrations))
  // In CI a stale table must fail a test, not be mended in silence.
  if (!process.env.CI) refreshPages(integrations)
}
