/** What the package offers to those who import it, in each way of importing. */

import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import * as ext from '../../src/ext'
import { startTestAgent } from '../../src/testing/index'
import { deadLinks } from '../support/dead-links'
import { packedArchive, unpackedPackage } from '../support/packed'
import { ROOT, runNode } from '../support/programs'
import { typeFaults } from '../support/typed-blocks'
import { reachedFrom, typesNeededBy, typesOf } from '../tools/module-graph'
import { allBlocks } from '../tools/pages'

const manifest = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
  exports: Record<string, string>
}

const METHODS = [
  'init',
  'use',
  'startSpan',
  'trace',
  'wrap',
  'scope',
  'inject',
  'extract',
  'setUrl',
  'setUser',
  'flush',
  'shutdown',
]

test('require, default import and named imports give the same tracer', async () => {
  const script = `
    import tracer, { init, trace } from 'tracer'
    import { createRequire } from 'node:module'
    const required = createRequire(import.meta.url)('tracer')
    const all = [tracer, required, required.default, required.tracer]
    console.log(JSON.stringify({
      methods: all.map(each => ${JSON.stringify(METHODS)}.filter(name => typeof each[name] !== 'function')),
      same: all.every(each => each.init === init && each.trace === trace),
      initAnswers: init() === required.init(),
    }))`
  const ended = await runNode(['--input-type=module', '--eval', script], { DD_TRACE_ENABLED: 'false' })
  assert.equal(ended.stderr, '')
  assert.deepEqual(JSON.parse(ended.stdout), { methods: [[], [], [], []], same: true, initAnswers: true })
})

test('every path that users import resolves to a file', async () => {
  const paths = Object.keys(manifest.exports).map(path => path.replace('.', 'tracer').replace('*', 'tags'))
  assert.ok(paths.includes('tracer/register') && paths.includes('tracer/ext/tags'))
  const script = `for (const path of ${JSON.stringify(paths)}) console.log(import.meta.resolve(path))`
  const ended = await runNode(['--input-type=module', '--eval', script])
  const files = ended.stdout
    .trim()
    .split('\n')
    .map(url => fileURLToPath(url))
  assert.equal(files.length, paths.length, ended.stderr)
  for (const file of files) assert.ok(existsSync(file), file)
})

test('constants have the values that are on the wire', () => {
  assert.equal(ext.tags.SERVICE_NAME, 'service.name')
  assert.equal(ext.tags.MANUAL_KEEP, 'manual.keep')
  assert.equal(ext.kinds.CONSUMER, 'consumer')
  assert.deepEqual(ext.priority, { USER_REJECT: -1, AUTO_REJECT: 0, AUTO_KEEP: 1, USER_KEEP: 2 })
  assert.equal(ext.formats.HTTP_HEADERS, 'http_headers')
  assert.equal(ext.types.WEB, 'web')
})

test('the package holds what is compiled, its native part and its pages, and no sources or tests', () => {
  const paths = packedArchive().files.map(file => file.path)
  const rooms = new Set(paths.map(path => path.replace(/\/.*/, '')))
  assert.deepEqual([...rooms].sort(), [
    '.github',
    'LICENSE',
    'README.md',
    'examples',
    'integrations',
    'lib',
    'native',
    'package.json',
    'src',
  ])
  assert.deepEqual(
    paths.filter(
      path =>
        /^(src|integrations|\.github)\/.*(?<!\.md)$|^native\/test|^test|\.ts$/.test(path) &&
        !/\.d\.m?ts$/.test(path),
    ),
    [],
  )
})

test('every link of a page of the package leads to a page of the package', () => {
  assert.deepEqual(deadLinks(unpackedPackage()), [])
})

test('the types of the package are whole, and none of them is out of reach', () => {
  const packed = unpackedPackage()
  const entries = Object.values(manifest.exports).filter(path => /^[^*]+\.m?js$/.test(path))
  const reached = reachedFrom(
    entries.map(path => typesOf(join(packed, path))),
    typesNeededBy,
  )
  const all = packedArchive().files.filter(file => /\.d\.m?ts$/.test(file.path))
  assert.deepEqual([...reached].map(path => relative(packed, path)).sort(), all.map(file => file.path).sort())
  const blocks = allBlocks(ROOT).filter(({ language }) => language === 'js')
  assert.deepEqual(typeFaults(blocks, packed), [])
})

test('the packed package has all that it needs, and reads its bundles only', async t => {
  const packed = unpackedPackage()
  assert.deepEqual(missingModules(packed), [])
  const agent = await startTestAgent()
  t.after(() => agent.close())
  const program = join(packed, '..', 'app.mjs')
  writeFileSync(
    program,
    `import express from 'express'
    import { get } from 'node:http'
    const server = express().get('/a', (_req, res) => res.end()).listen(0, () => {
      get({ port: server.address().port, path: '/a' }, res => res.resume().on('end', () => process.exit()))
    })
    const own = Object.keys(process.getBuiltinModule('module')._cache).filter(path => path.startsWith('${packed}'))
    console.log(JSON.stringify(own.map(path => path.slice(${packed.length + 1}))))`,
  )
  const ended = await runNode(['--import', join(packed, 'lib/register.mjs'), program], agent.env)
  assert.deepEqual([ended.code, ended.signal, ended.stderr], [0, null, ''])
  const [first, ...parts] = JSON.parse(ended.stdout) as string[]
  assert.equal(first, 'lib/index.js')
  assert.ok(parts.length > 0)
  for (const part of parts) assert.match(part, /^lib\/part-[\w-]+\.js$/)
  assert.ok(agent.spans().some(span => span.resource === 'GET /a'))
  const help = await runNode([join(packed, 'lib/cli/main.js'), '--help'])
  assert.match(help.stdout, /tracer agent/)
  const testing = await runNode(['-e', `console.log(typeof require('${packed}/lib/testing').startTestAgent)`])
  assert.equal(testing.stdout, 'function\n', testing.stderr)
})

/** What files of the package require of it, and is not there. */
function missingModules(folder: string): string[] {
  const missing: string[] = []
  for (const file of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    if (!file.endsWith('.js')) continue
    const path = join(folder, file)
    for (const [, wanted] of readFileSync(path, 'utf8').matchAll(/require\("(\.{1,2}\/[^"]+)"\)/g)) {
      if (!existsAsModule(join(path, '..', wanted))) missing.push(`${file}: ${wanted}`)
    }
  }
  return missing
}

const existsAsModule = (path: string) => ['', '.js', '.json', '/index.js'].some(end => existsSync(path + end))
