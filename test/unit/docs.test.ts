/** Generated parts of the documentation are fresh. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { generatedPages, loadIntegrations } from '../tools/generate'

test('the generated tables of the pages are what the code says (npm run build writes them)', () => {
  for (const { path, text, fresh } of generatedPages(loadIntegrations())) assert.equal(text, fresh, path)
})

test('version ranges of one module and file never overlap within an integration', () => {
  for (const { name, targets } of loadIntegrations()) {
    const places = targets.map(target => `${target.module} ${target.file ?? ''} ${target.versions ?? ''}`)
    assert.equal(new Set(places).size, places.length, name)
  }
})
