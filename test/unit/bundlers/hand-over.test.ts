/** The code that a bundler's plugin puts in place of a library's files, run by Node.js. */

import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { facade, isModule, withFooter } from '../../../src/bundlers/hand-over'
import { LIBRARIES, libraryFile } from '../../../src/bundlers/library-file'
import { fakePackage, folderOf } from '../../support/fake-package'

const FILE = { name: 'library', version: '1.2.3', paths: ['', 'main.mjs'] }
const ORIGINAL = `
export * from './more.mjs'
export const call = () => 'call'
export default class Library {}
export { Library as Renamed }
`

describe('the facade of an ES module', () => {
  const run = (app: string): string => {
    const folder = folderOf({
      'original.mjs': ORIGINAL,
      'more.mjs': "export const more = 'more'",
      'facade.mjs': facade('./original.mjs', ORIGINAL, FILE),
      'app.mjs': app,
    })
    return execFileSync(process.execPath, ['app.mjs'], { cwd: folder, encoding: 'utf8' }).trim()
  }

  it('has the same exports as the original', () => {
    const app = `
      import * as facade from './facade.mjs'
      import * as original from './original.mjs'
      const names = Object.keys(original)
      console.log(Object.keys(facade).join() === names.join(), names.every(name => facade[name] === original[name]))`
    assert.equal(run(app), 'true true')
  })

  it('lets each export be set, before and after the import', () => {
    const app = `
      import { call, default as Library } from './facade.mjs'
      const [{ name, version, paths, module }] = globalThis[Symbol.for('tracer.bundled')]
      module.exports.call = () => 'set'
      module.exports.default = 1
      console.log(name, version, paths, call(), Library)`
    assert.equal(run(app), "library 1.2.3 [ '', 'main.mjs' ] set 1")
  })
})

describe('the footer of a CommonJS file', () => {
  it('survives a comment at the end, and lets the exports be replaced', () => {
    const folder = folderOf({
      'file.cjs': withFooter('module.exports = 1 // one', FILE),
      'app.cjs': `
        globalThis[Symbol.for('tracer.bundled')] = { push: ({ module }) => { module.exports = 2 } }
        console.log(require('./file.cjs'))`,
    })
    assert.equal(execFileSync(process.execPath, ['app.cjs'], { cwd: folder, encoding: 'utf8' }), '2\n')
  })
})

describe('files of libraries', () => {
  it('are known by package and path, with the version of their own package.json', () => {
    const folder = folderOf({
      ...fakePackage('express', '4.18.0', '', { 'lib/application.js': '', 'lib/unknown.js': '' }),
      ...fakePackage('unknown', '1.0.0', ''),
      'node_modules/express/node_modules/pg/package.json':
        '{"version":"8.1.0","exports":{".":{"import":"./esm/index.mjs","require":"./lib/index.js"},"./lib/*":"./lib/*"}}',
    })
    const at = (path: string) => libraryFile(join(folder, 'node_modules', path))
    assert.deepEqual(at('express/lib/application.js'), {
      name: 'express',
      version: '4.18.0',
      paths: ['lib/application.js'],
    })
    assert.equal(at('express/lib/unknown.js'), undefined)
    assert.equal(at('unknown/main.js'), undefined)
    const main = { name: 'pg', version: '8.1.0', paths: [''] }
    assert.deepEqual(at('express/node_modules/pg/lib/index.js'), main)
    assert.deepEqual(at('express/node_modules/pg/esm/index.mjs'), main)
    assert.equal(libraryFile('/app/lib/application.js'), undefined)
  })

  it('are matched by whole package names', () => {
    assert.ok(LIBRARIES.test('/app/node_modules/express/lib/application.js'))
    assert.ok(LIBRARIES.test('C:\\app\\node_modules\\express\\index.js'))
    assert.ok(!LIBRARIES.test('/app/node_modules/express-session/index.js'))
    assert.ok(!LIBRARIES.test('/app/node_modules/express/package.json'))
    assert.ok(!LIBRARIES.test('/app/express/index.js'))
  })

  it('are ES modules by extension, by package.json, or by syntax', () => {
    const folder = folderOf({
      ...fakePackage('express', '4.18.0', ''),
      'node_modules/pg/package.json': '{"version":"1.0.0","type":"module"}',
      'node_modules/pg/cjs/package.json': '{"type":"commonjs"}',
    })
    const is = (path: string, source: string) => isModule(join(folder, 'node_modules', path), source)
    assert.equal(is('express/a.mjs', ''), true)
    assert.equal(is('express/a.js', 'export const a = 1'), true)
    assert.equal(is('express/a.js', "exports.a = 'export const a = 1'; import('b')"), false)
    assert.equal(is('pg/a.js', ''), true)
    assert.equal(is('pg/a.cjs', ''), false)
    assert.equal(is('pg/cjs/a.js', ''), false)
  })
})
