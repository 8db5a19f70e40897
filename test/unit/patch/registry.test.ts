/** The registry: patches each module once by its integrations, and undoes that. */

import assert from 'node:assert/strict'
import { after, beforeEach, describe, it } from 'node:test'
import { resolveConfig } from '../../../src/core/config/resolve'
import { configureLog } from '../../../src/core/log'
import { Registry } from '../../../src/patch/registry'
import type { Integration, PatchTools, Target } from '../../../src/patch/types'
import { isPatched } from '../../../src/patch/wrap'
import type { Propagator } from '../../../src/trace/propagation/propagator'
import { manifestEntry } from '../../support/collect'
import { fakePackage, folderOf } from '../../support/fake-package'
import { requireIn } from '../../support/packages'
import { testRuntime } from '../../support/runtime'

interface Library {
  call(): string
  file: { call(): string }
}

const MAIN = "exports.call = function call() { return 'main' }\nexports.file = require('./lib/file')"
const FILE = { 'lib/file.js': "exports.call = function call() { return 'file' }" }

/** Removes made-up packages from the cache, which the next registry would patch as well. */
function forget(): void {
  for (const file of Object.keys(require.cache)) if (file.includes('tracer-fake-')) delete require.cache[file]
}

describe('registry', () => {
  const logged: string[] = []
  let registry: Registry | undefined

  beforeEach(() => {
    registry?.uninstall()
    registry = undefined
    forget()
    logged.length = 0
    const logger = { info: (text: string) => logged.push(text), error: (text: string) => logged.push(text) }
    configureLog({ logLevel: 'info', debug: false, logger })
  })
  after(() => registry?.uninstall())

  function libraryFolder(version = '1.2.3', name = 'library'): string {
    return folderOf(fakePackage(name, version, MAIN, FILE))
  }

  function marking(mark: string): Target['patch'] {
    return (exports: object, tools: PatchTools) => {
      tools.wrap(
        exports,
        'call',
        original =>
          function (this: unknown) {
            return `${Reflect.apply(original, this, arguments)} ${mark}`
          },
      )
    }
  }

  function fake(targets: Target[], rest: Partial<Integration> = {}): Integration {
    return { name: 'library', doc: 'A library.', targets, ...rest }
  }

  function install(integrations: Integration[], env: Record<string, string> = {}, options = {}): Registry {
    registry = new Registry(integrations.map(manifestEntry), {
      runtime: testRuntime(),
      config: resolveConfig({ service: 'shop', ...options }, env),
      propagator: {} as Propagator,
    })
    registry.install()
    return registry
  }

  const main = fake([{ module: 'library', patch: marking('patched') }])

  it('patches the main module when it is required, and reports its version', () => {
    const made = install([main])
    assert.deepEqual([...made.patched()], [])
    const library = requireIn(libraryFolder(), 'library') as Library
    assert.equal(library.call(), 'main patched')
    assert.equal(library.file.call(), 'file')
    assert.ok(isPatched(library))
    assert.ok(isPatched(library.call))
    assert.deepEqual(Object.keys(library), ['call', 'file'])
    assert.deepEqual([...made.patched()], [['library', '1.2.3']])
  })

  it('patches a file of a package', () => {
    install([fake([{ module: 'library', file: 'lib/file.js', patch: marking('patched') }])])
    const library = requireIn(libraryFolder(), 'library') as Library
    assert.equal(library.call(), 'main')
    assert.equal(library.file.call(), 'file patched')
  })

  it('patches modules that were loaded before', () => {
    const folder = libraryFolder()
    const library = requireIn(folder, 'library') as Library
    install([
      fake([
        { module: 'library', patch: marking('patched') },
        { module: 'library', file: 'lib/file.js', patch: marking('patched') },
      ]),
    ])
    assert.equal(library.call(), 'main patched')
    assert.equal(library.file.call(), 'file patched')
    assert.equal(requireIn(folder, 'library'), library)
    assert.equal(library.call(), 'main patched')
  })

  it('patches every copy of a package, each by its version', () => {
    const integration = fake([
      { module: 'library', versions: '>=1 <2', patch: marking('one') },
      { module: 'library', versions: '>=2 <3', patch: marking('two') },
    ])
    install([integration])
    const calls = ['1.0.0', '2.5.0-beta.1', '3.0.0'].map(version =>
      (requireIn(libraryFolder(version), 'library') as Library).call(),
    )
    assert.deepEqual(calls, ['main one', 'main two', 'main'])
    assert.match(logged.join('\n'), /library 3\.0\.0 is not patched/)
  })

  it('lets a patch replace the exports', () => {
    install([
      fake([
        { module: 'library', patch: exports => Object.assign(() => 'replaced', exports) },
        { module: 'library', patch: marking('patched') },
      ]),
    ])
    const folder = libraryFolder()
    const library = requireIn(folder, 'library') as Library & (() => string)
    assert.equal(library(), 'replaced')
    assert.equal(library.call(), 'main patched')
    assert.equal(requireIn(folder, 'library'), library)
  })

  it('lets several integrations patch one module', () => {
    install([
      main,
      fake([{ module: 'library', file: 'lib/file.js', patch: marking('other') }], { name: 'other' }),
    ])
    const library = requireIn(libraryFolder(), 'library') as Library
    assert.equal(library.call(), 'main patched')
    assert.equal(library.file.call(), 'file other')
  })

  it('finds packages with a scope', () => {
    install([fake([{ module: '@scope/library', patch: marking('patched') }])])
    const folder = libraryFolder('1.0.0', '@scope/library')
    assert.equal((requireIn(folder, '@scope/library') as Library).call(), 'main patched')
  })

  it('loads no integration before its module appears', () => {
    let loads = 0
    const entry = {
      ...manifestEntry(main),
      load: () => {
        loads++
        return main
      },
    }
    registry = new Registry([entry], {
      runtime: testRuntime(),
      config: resolveConfig({ service: 'shop' }, {}),
      propagator: {} as Propagator,
    })
    registry.install()
    assert.equal(loads, 0)
    requireIn(libraryFolder(), 'library')
    requireIn(libraryFolder(), 'library')
    assert.equal(loads, 1)
  })

  it('patches no module of a disabled instrumentation', () => {
    for (const name of ['library', 'by-name']) {
      const integration = fake([{ module: 'library', patch: marking('patched') }], { name: 'by-name' })
      const made = install([integration], { DD_TRACE_DISABLED_INSTRUMENTATIONS: name })
      const library = requireIn(libraryFolder(), 'library') as Library
      assert.equal(library.call(), 'main')
      assert.ok(!isPatched(library))
      assert.equal(made.patched().size, 0)
      made.uninstall()
    }
  })

  it('switches integrations on and off', () => {
    const states: boolean[] = []
    const integration = (rest: Partial<Integration> = {}) =>
      fake([{ module: 'library', patch: (_exports, tools) => void states.push(tools.state.enabled) }], {
        name: 'my-library',
        ...rest,
      })
    for (const [env, options, rest] of [
      [{}],
      [{ DD_TRACE_MY_LIBRARY_ENABLED: 'false' }],
      [{ DD_TRACE_DISABLED_PLUGINS: 'my-library' }],
      [{}, { plugins: false }],
      [{}, {}, { offByDefault: true }],
      [{ DD_TRACE_MY_LIBRARY_ENABLED: '1' }, {}, { offByDefault: true }],
    ] as [Record<string, string>, object?, Partial<Integration>?][]) {
      const made = new Registry([{ ...manifestEntry(integration(rest)), offByDefault: rest?.offByDefault }], {
        runtime: testRuntime(),
        config: resolveConfig({ service: 'shop', ...options }, env),
        propagator: {} as Propagator,
      })
      made.install()
      requireIn(libraryFolder(), 'library')
      made.uninstall()
      forget()
    }
    assert.deepEqual(states, [true, false, false, false, false, true])
  })

  it('passes options on, and logs once that there is no integration of a name', () => {
    let tools: PatchTools | undefined
    const seen: unknown[] = []
    const made = install([
      fake([
        {
          module: 'library',
          patch: (_exports, given) => {
            tools = given
            given.state.onConfigure(() => void seen.push(given.state.options))
          },
        },
      ]),
    ])
    made.use('library', { a: 1 })
    requireIn(libraryFolder(), 'library')
    made.use('library', { b: 2 })
    assert.deepEqual(seen, [{ a: 1 }, { b: 2 }])
    made.use('library', false)
    assert.equal(tools?.state.enabled, false)
    made.use('library', true)
    assert.equal(tools?.state.enabled, true)
    made.use('library', { enabled: false })
    assert.equal(tools?.state.enabled, false)
  })

  it('catches the errors of an integration that cannot be loaded, and of a patch', () => {
    const broken: Integration = fake([
      {
        module: 'library',
        patch: () => {
          throw new Error('our fault')
        },
      },
    ])
    const missing = {
      name: 'missing',
      modules: ['library'],
      load: () => {
        throw new Error('not there')
      },
    }
    registry = new Registry([missing, manifestEntry(broken), { ...manifestEntry(main), name: 'main' }], {
      runtime: testRuntime(),
      config: resolveConfig({ service: 'shop' }, {}),
      propagator: {} as Propagator,
    })
    registry.install()
    const library = requireIn(libraryFolder(), 'library') as Library
    assert.equal(library.call(), 'main patched')
    assert.match(logged.join('\n'), /loading missing failed: Error: not there/)
    assert.match(logged.join('\n'), /patching library failed: Error: our fault/)
  })

  it('switches an integration off after ten failures, and the application goes on', () => {
    let tools: PatchTools | undefined
    const patch = (_exports: unknown, given: PatchTools): void => {
      tools = given
    }
    install([fake([{ module: 'library', patch }])])
    requireIn(libraryFolder(), 'library')
    for (let count = 0; count < 9; count++)
      tools?.fenced(() => {
        throw new Error('ours')
      })
    assert.equal(tools?.state.enabled, true)
    tools?.fenced(() => {
      throw new Error('ours')
    })
    assert.equal(tools?.state.enabled, false)
  })

  it('restores every original when it is uninstalled', () => {
    const folder = libraryFolder()
    const library = requireIn(folder, 'library') as Library
    const { call } = library
    const before = Object.getOwnPropertyDescriptors(library)
    const made = install([main])
    assert.notEqual(library.call, call)
    made.uninstall()
    assert.equal(library.call, call)
    assert.deepEqual(Object.getOwnPropertyDescriptors(library), before)
    assert.equal(made.patched().size, 0)
    const fresh = requireIn(libraryFolder(), 'library') as Library
    assert.equal(fresh.call(), 'main')
    made.install()
    assert.equal(library.call(), 'main patched')
    made.uninstall()
    assert.equal(library.call, call)
  })
})
