/** Loads a package in each possible way, in a process of its own: it is patched once each time. */

import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { promisify } from 'node:util'
import { fakePackage, folderOf } from '../../support/fake-package'

const run = promisify(execFile)
const dist = join(__dirname, '..', '..', '..')

/** Installs a registry for `library`, whose function returns a `+` for each wrapper around it. */
const PRELOAD = `
const { Registry } = require(${JSON.stringify(join(dist, 'src/patch/registry.js'))})
const { resolveConfig } = require(${JSON.stringify(join(dist, 'src/core/config/resolve.js'))})
const patch = (owner, name) => (exports, tools) => {
  tools.wrap(owner(exports), name, original => function () { return original.apply(this, arguments) + '+' })
}
const library = {
  name: 'library', modules: ['library', 'inner'],
  load: () => ({ name: 'library', doc: '', targets: [
    { module: 'library', patch: patch(exports => exports, 'call') },
    { module: 'library', file: 'lib/file.js', patch: patch(exports => exports, 'call') },
    { module: 'inner', patch: patch(exports => exports.Inner.prototype, 'call') },
  ] }),
}
exports.install = () => new Registry([library], { config: resolveConfig({ service: 'shop' }, {}) }).install()
`

const REGISTER = `
import { register as registerAsync } from 'node:module'
import { createRequire } from 'node:module'
const require = createRequire(${JSON.stringify(join(dist, 'program.js'))})
const { pathToFileURL } = await import('node:url')
const hooks = pathToFileURL(require.resolve('import-in-the-middle/register-hooks.mjs')).href
const { register, supportsSyncHooks } = await import(hooks)
const include = ['library', 'inner']
if (supportsSyncHooks()) register({ include })
else registerAsync('import-in-the-middle/hook.mjs', pathToFileURL(${JSON.stringify(join(dist, 'program.js'))}), { data: { include } })
require(new URL('./preload.cjs', import.meta.url).pathname).install()
`

const PACKAGES = {
  ...fakePackage('inner', '1.0.0', "exports.Inner = class { call() { return 'inner' } }"),
  ...fakePackage(
    'library',
    '1.0.0',
    "const { Inner } = require('inner')\\nexports.call = () => 'main'\\nexports.file = require('./lib/file')\\nexports.inner = new Inner()".replaceAll(
      '\\n',
      '\n',
    ),
    { 'lib/file.js': "exports.call = () => 'file'" },
  ),
}

const SAY = "console.log([library.call(), library.file.call(), library.inner.call()].join(' '))"
const CJS = `const library = require('library')\n${SAY}`
const EVERYTHING_ONCE = 'main+ file+ inner+\n'

async function output(files: Record<string, string>, args: string[]): Promise<string> {
  const folder = folderOf({ ...PACKAGES, ...files, 'preload.cjs': PRELOAD, 'register.mjs': REGISTER })
  writeFileSync(join(folder, 'required.cjs'), "require('./preload.cjs').install()")
  const { stdout, stderr } = await run(process.execPath, args, { cwd: folder, timeout: 20_000 })
  assert.equal(stderr, '')
  return stdout
}

describe('loading a package', () => {
  it('with require, after --require', async () => {
    assert.equal(
      await output({ 'app.cjs': CJS }, ['--require', './required.cjs', 'app.cjs']),
      EVERYTHING_ONCE,
    )
  })

  it('with require, after --import', async () => {
    assert.equal(await output({ 'app.cjs': CJS }, ['--import', './register.mjs', 'app.cjs']), EVERYTHING_ONCE)
  })

  it('with require, before the tracer', async () => {
    const app = `const library = require('library')\nrequire('./preload.cjs').install()\n${SAY}`
    assert.equal(await output({ 'app.cjs': app }, ['app.cjs']), EVERYTHING_ONCE)
  })

  it('with a default import', async () => {
    const app = `import library from 'library'\n${SAY}`
    assert.equal(await output({ 'app.mjs': app }, ['--import', './register.mjs', 'app.mjs']), EVERYTHING_ONCE)
  })

  it('with a namespace import', async () => {
    const app = `import * as library from 'library'\n${SAY}`
    const said = await output({ 'app.mjs': app }, ['--import', './register.mjs', 'app.mjs'])
    assert.equal(said, EVERYTHING_ONCE)
  })

  it('with named imports', async () => {
    const app = `import { call, file, inner } from 'library'\nconst library = { call, file, inner }\n${SAY}`
    const said = await output({ 'app.mjs': app }, ['--import', './register.mjs', 'app.mjs'])
    assert.equal(said, EVERYTHING_ONCE)
  })

  it('with import and then require, and the other way round', async () => {
    const both = [
      `import library from 'library'\nimport { createRequire } from 'node:module'\ncreateRequire(import.meta.url)('library')\n${SAY}`,
      `import { createRequire } from 'node:module'\nconst library = createRequire(import.meta.url)('library')\nawait import('library')\n${SAY}`,
    ]
    for (const app of both) {
      assert.equal(
        await output({ 'app.mjs': app }, ['--import', './register.mjs', 'app.mjs']),
        EVERYTHING_ONCE,
      )
    }
  })
})
