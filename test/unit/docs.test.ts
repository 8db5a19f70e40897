/** The documentation: generated tables are fresh, links lead somewhere, blocks of code can be run. */

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { loadAll } from 'js-yaml'
import { deadLinks } from '../support/dead-links'
import { ROOT } from '../support/programs'
import { shellFaults } from '../support/shell-blocks'
import { typeFaults } from '../support/typed-blocks'
import { generatedPages, loadIntegrations } from '../tools/generate'
import { allBlocks, type Block } from '../tools/pages'

const blocks = allBlocks(ROOT)
const CHECKS: Record<string, (block: Block) => string[]> = {
  sh: shellFaults,
  js: () => [],
  ts: () => [],
  text: () => [],
  yaml: ({ code }) => (loadAll(code).length > 0 ? [] : ['empty']),
  json: ({ code }) => (JSON.parse(code) === undefined ? ['empty'] : []),
}

test('the generated tables of the pages are what the code says (npm run build writes them)', () => {
  for (const { path, text, fresh } of generatedPages(loadIntegrations())) assert.equal(text, fresh, path)
})

test('every link of every page leads to a file, and to a heading in it', () => {
  assert.deepEqual(deadLinks(ROOT), [])
})

test('every block of code names its language', () => {
  const unknown = blocks.filter(({ language }) => !Object.hasOwn(CHECKS, language))
  assert.deepEqual(
    unknown.map(({ page, line, language }) => `${page}:${line}: ${language}`),
    [],
  )
})

test('shell commands use scripts, commands, flags and files that exist; data can be parsed', () => {
  assert.deepEqual(
    blocks.flatMap(block => CHECKS[block.language]?.(block) ?? []),
    [],
  )
})

test('JavaScript and TypeScript type-check against the types of the package', () => {
  const programs = blocks.filter(({ language }) => language === 'js' || language === 'ts')
  assert.ok(programs.length > 15)
  assert.deepEqual(typeFaults(programs), [])
})

test('the README has at most 200 lines', () => {
  assert.ok(readFileSync(join(ROOT, 'README.md'), 'utf8').split('\n').length <= 201)
})

test('version ranges of one module and file never overlap within an integration', () => {
  for (const { name, targets } of loadIntegrations()) {
    const places = targets.map(target => `${target.module} ${target.file ?? ''} ${target.versions ?? ''}`)
    assert.equal(new Set(places).size, places.length, name)
  }
})
