/** The shop as one file, made by a bundler: the same spans as of the shop that is not. */

import assert from 'node:assert/strict'
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { before, describe, test } from 'node:test'
import { type BuildOptions, build, type Plugin } from 'esbuild'
import { installLibraries } from '../libraries/install'
import { librarySet } from '../libraries/sets'
import { withService } from '../services/service'
import { INIT, REGISTER, ROOT, runNode } from '../support/programs'
import { spansOfShop } from '../support/shop-spans'
import { temporaryFolder } from '../support/temporary'

const plugin: typeof import('../../src/bundlers/esbuild') = require('tracer/esbuild')
const TracerPlugin: typeof import('../../src/bundlers/webpack') = require('tracer/webpack')
const shop = (file: string) => join(ROOT, 'examples', 'shop', file)
const folder = temporaryFolder('tracer-bundle-')
/** What every bundle of CommonJS packages as an ES module needs. */
const REQUIRE = "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url)"

interface Bundle {
  entry: string
  flags: string[]
  outfile: string
  options?: BuildOptions
}

const BUNDLES: Record<string, Bundle> = {
  CommonJS: { entry: 'app.cjs', flags: ['--require', INIT], outfile: 'app.cjs' },
  'CommonJS, minified': {
    entry: 'app.cjs',
    flags: ['--require', INIT],
    outfile: 'app.min.cjs',
    options: { minify: true },
  },
  'ES module': {
    entry: 'app.mjs',
    flags: ['--require', INIT],
    outfile: 'app.mjs',
    options: { format: 'esm', banner: { js: REQUIRE } },
  },
  'ES module, minified, with tracer/register': {
    entry: 'app.mjs',
    flags: ['--import', REGISTER],
    outfile: 'app.min.mjs',
    options: { format: 'esm', banner: { js: REQUIRE }, minify: true },
  },
}

const WEBPACK_BUNDLES: Record<
  string,
  { entry: string; mode: string; experiments?: { outputModule: boolean } }
> = {
  CommonJS: { entry: 'app.cjs', mode: 'development' },
  'CommonJS, for production': { entry: 'app.cjs', mode: 'production' },
  'ES modules': { entry: 'app.mjs', mode: 'production', experiments: { outputModule: true } },
}

async function bundle(entry: string, outfile: string, options: BuildOptions = {}): Promise<string> {
  const file = join(folder, outfile)
  const { warnings } = await build({
    entryPoints: [entry],
    bundle: true,
    platform: 'node',
    outfile: file,
    logLevel: 'silent',
    external: ['pg-native'],
    plugins: [plugin as Plugin],
    ...options,
  })
  assert.deepEqual(warnings, [])
  return file
}

describe('esbuild', () => {
  test('leaves the tracer out of the bundle, wherever it is imported', async () => {
    const entry = join(folder, 'own.cjs')
    writeFileSync(entry, "require('tracer').init(); require('tracer/ext/tags')")
    const bundled = readFileSync(await bundle(entry, 'own.out.cjs'), 'utf8')
    assert.match(bundled, /require\("tracer"\)/)
    assert.match(bundled, /require\("tracer\/ext\/tags"\)/)
    assert.ok(bundled.length < 500, bundled)
  })

  test('refuses to build with the tracer inside the bundle', async () => {
    const entry = join(folder, 'inside.cjs')
    writeFileSync(entry, `require(${JSON.stringify(INIT)}).init()`)
    await assert.rejects(bundle(entry, 'inside.out.cjs'), /the tracer cannot be part of a bundle/)
  })

  test('warns that bundles for browsers are not traced', async () => {
    const entry = join(folder, 'browser.js')
    writeFileSync(entry, 'console.log(1)')
    const { warnings } = await build({
      entryPoints: [entry],
      write: false,
      platform: 'browser',
      logLevel: 'silent',
      plugins: [plugin as Plugin],
    })
    assert.deepEqual(
      warnings.map(each => each.text),
      ["tracer/esbuild: nothing is traced in a bundle whose platform is not 'node'"],
    )
  })

  test('keeps the names that spans carry when it minifies', async () => {
    const entry = join(folder, 'names.cjs')
    writeFileSync(entry, 'class ShopError extends Error {}; console.log(ShopError.name)')
    const { stdout } = await runNode([await bundle(entry, 'names.out.cjs', { minify: true })])
    assert.equal(stdout, 'ShopError\n')
  })

  test('a bundle works without the tracer', async () => {
    const entry = join(folder, 'plain.mjs')
    writeFileSync(entry, "import pg, { Client } from 'pg'; console.log(pg.Client === Client, typeof pg.Pool)")
    const bundled = await bundle(entry, 'plain.out.mjs', {
      format: 'esm',
      banner: { js: REQUIRE },
      nodePaths: [join(ROOT, 'node_modules')],
    })
    assert.deepEqual(await runNode([bundled]), {
      code: 0,
      signal: null,
      stdout: 'true function\n',
      stderr: '',
    })
  })

  test(
    'a bundle that starts the tracer itself, after its libraries: the same spans',
    withService('postgres', async (_t, { url }) => {
      mkdirSync(join(folder, 'node_modules'), { recursive: true })
      symlinkSync(ROOT, join(folder, 'node_modules', 'tracer'))
      const bundled = await bundle(shop('app.mjs'), 'late.cjs', {
        footer: { js: "require('tracer').init()" },
      })
      const expected = await spansOfShop(['--require', INIT, shop('app.cjs')], url)
      assert.deepEqual(await spansOfShop([bundled], url), expected)
    }),
  )

  for (const [title, { entry, flags, outfile, options }] of Object.entries(BUNDLES)) {
    test(
      `${title}: the same spans as without a bundler`,
      withService('postgres', async (_t, { url }) => {
        const bundled = await bundle(shop(entry), outfile, options)
        const expected = await spansOfShop(['--require', INIT, shop('app.cjs')], url)
        assert.ok(expected.flat().some(span => span.name === 'pg.query'))
        assert.deepEqual(await spansOfShop([...flags, bundled], url), expected)
      }),
    )
  }
})

type Webpack = (options: object, done: (error: Error | null, stats: { toString(): string }) => void) => void

const webpackSet = librarySet('bundlers', 'newest', { webpack: '5.112.2' })

describe('webpack', () => {
  before(() => installLibraries([webpackSet]))

  for (const [title, { entry, mode, experiments }] of Object.entries(WEBPACK_BUNDLES)) {
    test(
      `${title}: the same spans as without a bundler`,
      withService('postgres', async (_t, { url }) => {
        const name = `webpack-${mode}${entry}`
        const stats = await new Promise((resolve, reject) => {
          const webpack = webpackSet.require('webpack') as Webpack
          webpack(
            {
              mode,
              experiments,
              target: 'node',
              entry: shop(entry),
              output: { path: folder, filename: name, module: experiments?.outputModule },
              externals: { 'pg-native': 'commonjs pg-native' },
              optimization: { minimize: false },
              plugins: [new TracerPlugin()],
            },
            (error, done) => (error === null ? resolve(done) : reject(error)),
          )
        })
        const expected = await spansOfShop(['--require', INIT, shop('app.cjs')], url)
        assert.deepEqual(
          await spansOfShop(['--require', INIT, join(folder, name)], url),
          expected,
          String(stats),
        )
      }),
    )
  }
})
