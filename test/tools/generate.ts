/** Build step: writes the manifest of integrations, and the README's generated tables. */

import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import type { Integration } from '../../src/patch/types'
import { configTable, integrationTable, replaceSection } from './tables'

const dist = join(__dirname, '..', '..')
const folder = join(dist, 'integrations')
const readme = join(dist, '..', 'README.md')

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

/** The README as it must be; equal to what is there when the tables are fresh. */
export function freshReadme(text: string, integrations: readonly Integration[]): string {
  return replaceSection(
    replaceSection(text, 'config', configTable()),
    'integrations',
    integrationTable(integrations),
  )
}

/** Writes the README's tables anew where they are not what the code says. */
export function refreshReadme(integrations: readonly Integration[]): void {
  const text = readFileSync(readme, 'utf8')
  const fresh = freshReadme(text, integrations)
  if (fresh === text) return
  writeFileSync(readme, fresh)
  process.stdout.write(`updated ${relative(process.cwd(), readme)}\n`)
}

if (require.main === module) {
  const integrations = loadIntegrations()
  writeFileSync(join(folder, 'manifest.js'), manifestText(integrations))
  // In CI a stale table must fail a test, not be mended in silence.
  if (process.env.CI === undefined) refreshReadme(integrations)
}
