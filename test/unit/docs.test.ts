/** Generated parts of the documentation are fresh. */

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { freshReadme, loadIntegrations } from '../tools/generate'

test("the README's tables are what the code says (npm run build writes them)", () => {
  const text = readFileSync(join(__dirname, '..', '..', '..', 'README.md'), 'utf8')
  assert.equal(text, freshReadme(text, loadIntegrations()))
})

test('version ranges of one module and file never overlap within an integration', () => {
  for (const { name, targets } of loadIntegrations()) {
    const places = targets.map(target => `${target.module} ${target.file ?? ''} ${target.versions ?? ''}`)
    assert.equal(new Set(places).size, places.length, name)
  }
})
