/** Libraries inside a bundle are patched like required ones, by their versions. */

import assert from 'node:assert/strict'
import { afterEach, describe, it } from 'node:test'
import { resolveConfig } from '../../../src/core/config/resolve'
import type { BundledModule } from '../../../src/patch/bundled'
import { Registry } from '../../../src/patch/registry'
import type { Integration, PatchTools, TracerParts } from '../../../src/patch/types'

const KEY = Symbol.for('tracer.bundled')
const shared = globalThis as { [KEY]?: BundledModule[] }

type Exports = { call(): string }

/** Returns a wrapper that adds `+` to the result. */
function patch(exports: Exports, tools: PatchTools): void {
  tools.wrap(
    exports,
    'call',
    original =>
      function (this: unknown) {
        return `${original.apply(this, [])}+`
      },
  )
}

const library: Integration = {
  name: 'library',
  doc: '',
  targets: [
    { module: 'library', versions: '>=2 <3', patch },
    { module: 'library', versions: '>=2 <3', file: 'lib/file.js', patch },
    {
      module: 'library',
      versions: '>=2 <3',
      file: 'lib/replaced.js',
      patch: () => ({ call: () => 'other' }),
    },
  ],
}

describe('bundled libraries', () => {
  let registry: Registry
  const install = (): void => {
    const config = resolveConfig({ service: 'shop' }, {})
    const entry = { name: 'library', modules: ['library'], load: () => library }
    registry = new Registry([entry], { config } as unknown as TracerParts)
    registry.install()
  }
  const say = (paths: string[], version = '2.1.0', name = 'library'): { exports: Exports } => {
    const module = { exports: { call: () => paths.join() } }
    shared[KEY] ??= []
    shared[KEY].push({ name, version, paths, module })
    return module as { exports: Exports }
  }
  afterEach(() => {
    registry.uninstall()
    delete shared[KEY]
  })

  it('are patched by file and version', () => {
    install()
    assert.equal(say(['']).exports.call(), '+')
    assert.equal(say(['lib/file.js']).exports.call(), 'lib/file.js+')
    assert.equal(say(['lib/other.js']).exports.call(), 'lib/other.js')
    assert.equal(say([''], '3.0.0').exports.call(), '')
    assert.equal(say([''], '2.1.0', 'other').exports.call(), '')
    assert.deepEqual(registry.patched().get('library'), '2.1.0')
  })

  it('are patched if they ran before the tracer started', () => {
    const module = say([''])
    install()
    assert.equal(module.exports.call(), '+')
  })

  it('can have their exports replaced', () => {
    install()
    assert.equal(say(['lib/replaced.js']).exports.call(), 'other')
  })

  it('are restored when the tracer stops', () => {
    install()
    const module = say([''])
    registry.uninstall()
    assert.equal(module.exports.call(), '')
    assert.equal(say(['lib/file.js']).exports.call(), 'lib/file.js')
  })

  it('have the patched functions in the named exports of an ES module, too', () => {
    install()
    const call = (): string => 'call'
    const module = { exports: { default: { call }, call } }
    shared[KEY]?.push({ name: 'library', version: '2.0.0', paths: [''], module, isNamespace: true })
    assert.equal(module.exports.default.call(), 'call+')
    assert.equal(module.exports.call, module.exports.default.call)
  })
})
