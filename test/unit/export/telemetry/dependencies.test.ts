/** The loaded packages, found in real folders. */

import assert from 'node:assert/strict'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { Dependencies } from '../../../../src/export/telemetry/dependencies'
import { temporaryFolder } from '../../../support/temporary'

function install(root: string, name: string, content: string): string {
  const folder = join(root, 'node_modules', name)
  mkdirSync(join(folder, 'lib'), { recursive: true })
  writeFileSync(join(folder, 'package.json'), content)
  writeFileSync(join(folder, 'lib', 'index.js'), '')
  return join(folder, 'lib', 'index.js')
}

test('finds packages that were loaded, once each, by name and version and nothing else', async () => {
  const root = temporaryFolder('dependencies-')
  const dependencies = new Dependencies(
    () =>
      new Map([
        ['imported', '3.0.0'],
        ['http', process.versions.node],
      ]),
  )
  await dependencies.collect()
  const outer = install(root, 'outer', '{"version":"1.0.0"}')
  require(outer)
  require(install(root, '@scope/inner', '{"version":"2.0.0"}'))
  require(install(join(root, 'node_modules', 'outer'), 'inner', '{"version":"2.1.0"}'))
  require(install(root, 'odd', '{"version":5}'))
  const found = await dependencies.collect()
  assert.deepEqual(
    found.sort((one, other) => (one.name < other.name ? -1 : 1)),
    [
      { name: '@scope/inner', version: '2.0.0' },
      { name: 'inner', version: '2.1.0' },
      { name: 'odd', version: undefined },
      { name: 'outer', version: '1.0.0' },
    ],
  )
  assert.deepEqual(await dependencies.collect(), [])
  assert.ok(dependencies.all.some(({ name, version }) => name === 'imported' && version === '3.0.0'))
  assert.ok(!dependencies.all.some(({ name }) => name === 'http'))
})
