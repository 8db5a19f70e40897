/** What the package offers to those who import it, in each way of importing. */

import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { test } from 'node:test'
import * as ext from '../../src/ext'
import { ROOT, runNode } from '../support/programs'

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

test('every path that users import resolves', async () => {
  const paths = [
    'tracer/init',
    'tracer/init.js',
    'tracer/register',
    'tracer/register.js',
    'tracer/ext',
    'tracer/ext.js',
    'tracer/ext/tags',
    'tracer/testing',
    'tracer/package.json',
  ]
  const script = `for (const path of ${JSON.stringify(paths)}) console.log(import.meta.resolve(path))`
  const ended = await runNode(['--input-type=module', '--eval', script])
  assert.equal(ended.stdout.trim().split('\n').length, paths.length, ended.stderr)
})

test('constants have the values that are on the wire', () => {
  assert.equal(ext.tags.SERVICE_NAME, 'service.name')
  assert.equal(ext.tags.MANUAL_KEEP, 'manual.keep')
  assert.equal(ext.kinds.CONSUMER, 'consumer')
  assert.deepEqual(ext.priority, { USER_REJECT: -1, AUTO_REJECT: 0, AUTO_KEEP: 1, USER_KEEP: 2 })
  assert.equal(ext.formats.HTTP_HEADERS, 'http_headers')
  assert.equal(ext.types.WEB, 'web')
})

test('the packed package holds the compiled code, and no test', () => {
  const [packed] = JSON.parse(
    execFileSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], { cwd: ROOT, encoding: 'utf8' }),
  )
  const files = (packed.files as { path: string }[]).map(file => file.path)
  assert.ok(files.includes('dist/src/index.js') && files.includes('dist/integrations/manifest.js'))
  assert.ok(files.includes('dist/src/index.d.ts') && files.includes('README.md'))
  assert.deepEqual(
    files.filter(path => /\.test\.|^test|^src|fixtures/.test(path)),
    [],
  )
})
