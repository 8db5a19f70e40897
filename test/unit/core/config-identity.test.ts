/** Service and version of an application that sets neither. */

import assert from 'node:assert/strict'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { defaultIdentity } from '../../../src/core/config/identity'
import { runNode } from '../../support/programs'
import { temporaryFolder } from '../../support/temporary'

const MODULE = JSON.stringify(join(__dirname, '../../../src/core/config/identity.js'))

/** Returns the service and version of a program two folders below a package.json with this text. */
async function identityBelow(packageJson: string) {
  const folder = temporaryFolder('identity-')
  mkdirSync(join(folder, 'dist', 'src'), { recursive: true })
  writeFileSync(join(folder, 'package.json'), packageJson)
  const script = join(folder, 'dist', 'src', 'app.js')
  writeFileSync(script, `console.log(JSON.stringify(require(${MODULE}).defaultIdentity({})))`)
  return JSON.parse((await runNode([script])).stdout)
}

const cases: [string, { service: string; version?: string }][] = [
  ['{"name":"shop","version":"1.2.3"}', { service: 'shop', version: '1.2.3' }],
  ['{"name":"@Scope/My App"}', { service: 'scope/my_app' }],
  ['{"name":"Größe & Maß","version":""}', { service: 'größe_maß' }],
  [JSON.stringify({ name: 'x'.repeat(101) }), { service: 'x'.repeat(100) }],
  // A name that is not a text ends Node.js 22 and later before the tracer is loaded.
  ['{"version":7}', { service: 'node' }],
]
for (const [packageJson, expected] of cases) {
  test(`a package.json of ${packageJson.slice(0, 40)}`, async () => {
    assert.deepEqual(await identityBelow(packageJson), expected)
  })
}

test('a serverless function is named by its platform', () => {
  assert.equal(defaultIdentity({ AWS_LAMBDA_FUNCTION_NAME: 'orders' }).service, 'orders')
})
