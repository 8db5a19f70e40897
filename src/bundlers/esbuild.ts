/**
 * `tracer/esbuild`: a plugin that lets the tracer see the libraries inside a bundle.
 *
 * @example
 * const { build } = require('esbuild')
 * build({ entryPoints: ['app.js'], bundle: true, platform: 'node', outfile: 'out.js', plugins: [require('tracer/esbuild')] })
 */

import { readFile } from 'node:fs/promises'
import { dirname, extname, join, sep } from 'node:path'
import { facade, isModule, withFooter } from './hand-over'
import { LIBRARIES, libraryFile } from './library-file'

interface LoadArguments {
  path: string
}

interface Loaded {
  contents?: string
  loader?: string
  resolveDir?: string
  errors?: { text: string }[]
  warnings?: { text: string }[]
}

type Loader = string

/** The part of esbuild's `PluginBuild` that is used here. */
interface Build {
  initialOptions: {
    platform?: string
    minify?: boolean
    minifyIdentifiers?: boolean
    keepNames?: boolean
    loader?: Record<string, Loader>
  }
  onStart(callback: () => Loaded): void
  onResolve(
    options: { filter: RegExp; namespace?: string },
    callback: (found: LoadArguments) => { path: string; external?: boolean; namespace?: string },
  ): void
  onLoad(
    options: { filter: RegExp; namespace?: string },
    callback: (found: LoadArguments) => Promise<Loaded | undefined> | Loaded,
  ): void
}

/** Namespace of the original modules behind facades. */
const ORIGINAL = 'tracer-original'
const PREFIX = `${ORIGINAL}:`
/** Folder of the package's compiled code. */
const OWN = join(__dirname, '..') + sep

function setup(build: Build): void {
  const { initialOptions: options } = build
  if (options.platform !== 'node') {
    const text = "tracer/esbuild: nothing is traced in a bundle whose platform is not 'node'"
    build.onStart(() => ({ warnings: [{ text }] }))
    return
  }
  // Spans carry names of classes and functions: of errors, of middleware.
  if (options.minify === true || options.minifyIdentifiers === true) options.keepNames ??= true
  build.onResolve({ filter: /^tracer(?:\/|$)/ }, ({ path }) => ({ path, external: true }))
  build.onLoad({ filter: new RegExp(`^${escaped(OWN)}`) }, () => ({
    errors: [{ text: "the tracer cannot be part of a bundle: import it as 'tracer', which stays external" }],
  }))
  const load = (source: string, path: string): Loaded => ({
    contents: source,
    loader: options.loader?.[extname(path)] ?? 'js',
    resolveDir: dirname(path),
  })
  build.onLoad({ filter: LIBRARIES, namespace: 'file' }, async ({ path }) => {
    const file = libraryFile(path)
    if (file === undefined) return undefined
    const source = await readFile(path, 'utf8')
    return load(isModule(path, source) ? facade(PREFIX + path, source, file) : withFooter(source, file), path)
  })
  build.onResolve({ filter: new RegExp(`^${PREFIX}`) }, ({ path }) => ({
    path: path.slice(PREFIX.length),
    namespace: ORIGINAL,
  }))
  build.onLoad({ filter: /.*/, namespace: ORIGINAL }, async ({ path }) =>
    load(await readFile(path, 'utf8'), path),
  )
}

function escaped(text: string): string {
  return text.replace(/[.+*?^$()[\]{}|\\]/g, '\\$&')
}

/** `object`, since the type of esbuild's `build` differs from version to version. */
const plugin: { name: string; setup(build: object): void } = {
  name: 'tracer',
  setup: build => setup(build as Build),
}

export = plugin
