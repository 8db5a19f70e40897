/**
 * Writes the tracer as few files. What every start needs becomes one, `index.js`: to read its 120 files is most of the
 * CPU of a start, 57 ms against 34 (Node 20). The rest becomes one file for each folder, read when it is needed: to
 * compile it all would take another 11 ms.
 */

import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { basename, dirname, join, relative, sep } from 'node:path'
import { type BuildOptions, build, type Plugin } from 'esbuild'
import { neededBy, reachedFrom, startedBy } from './module-graph'

const dist = join(__dirname, '..', '..')
const main = join(dist, 'src', 'index.js')
/** The key under which a bundle offers its modules to the other bundles: by the name of each, a function that returns it. */
const MODULES = `Symbol.for('tracer.modules')`

const OPTIONS: BuildOptions = {
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'cjs',
  // A package that the application may load as well has to be the same module for both.
  packages: 'external',
  // A fifth less to read (2 to 3 ms). Names stay: stacks and profiles show them. Syntax stays: ES modules find the names
  // of exports by it.
  minifyWhitespace: true,
  // Node prints the line of source that an error was last thrown from, and errors of the application pass through here.
  lineLimit: 200,
  logLevel: 'warning',
}

/** Returns the files that `init()` reads in a program that has nothing else. */
function filesOfStart(): Set<string> {
  const program = `
    require(${JSON.stringify(main)}).init()
    process.stdout.write(Object.keys(require.cache).join('\\n'))
    process.exit()`
  const env = { PATH: process.env.PATH, DD_TRACE_STARTUP_LOGS: 'false' }
  return new Set(execFileSync(process.execPath, ['-e', program], { env, encoding: 'utf8' }).split('\n'))
}

/** Returns the name of the bundle of each file that the tracer can come to. */
function bundleOfFiles(files: ReadonlySet<string>): Map<string, string> {
  const start = filesOfStart()
  const bundles = new Map<string, string>()
  for (const file of files) {
    const folder = relative(dist, dirname(file)).split(sep).join('-')
    // The kit's index asks for all of it.
    const part = folder.startsWith('src-kit') ? 'src-kit' : folder
    bundles.set(file, start.has(file) ? 'index' : `part-${part}`)
  }
  return bundles
}

const nameOf = (file: string): string => relative(dist, file).split(sep).join('/')

/** Leaves a file that is in another bundle there. */
function split(bundleOf: ReadonlyMap<string, string>): Plugin {
  const shared = new Map<string, Set<string>>([...bundleOf.values()].map(bundle => [bundle, new Set()]))
  for (const [file, bundle] of bundleOf) {
    for (const each of neededBy(file)) {
      const home = bundleOf.get(each) as string
      if (home !== bundle) shared.get(home)?.add(each)
    }
  }
  const modules = (bundle: string): string => {
    const each = [...(shared.get(bundle) ?? [])].map(
      file => `${JSON.stringify(nameOf(file))}: () => require(${JSON.stringify(file)})`,
    )
    return `Object.defineProperty(exports, ${MODULES}, { value: { ${each.join(', ')} } })`
  }
  return {
    name: 'split',
    setup(step) {
      step.onResolve({ filter: /^part-/ }, ({ path }) => ({ path, namespace: 'part' }))
      step.onLoad({ filter: /.*/, namespace: 'part' }, ({ path }) => ({
        contents: modules(path),
        resolveDir: dist,
      }))
      // The entry itself, not wrapped in a module of its own: ES modules have to find its names in it.
      step.onLoad({ filter: /src\/index\.js$/ }, ({ path }) =>
        path === main ? { contents: `${readFileSync(main, 'utf8')}\n${modules('index')}` } : undefined,
      )
      step.onResolve({ filter: /^\.\.?\//, namespace: 'file' }, ({ path, importer, resolveDir }) => {
        const file = require.resolve(join(resolveDir, path))
        return bundleOf.get(file) === bundleOf.get(importer)
          ? undefined
          : { path: file, namespace: 'elsewhere' }
      })
      step.onLoad({ filter: /.*/, namespace: 'elsewhere' }, ({ path }) => ({
        contents: `
          const { [${MODULES}]: modules } = require('./${bundleOf.get(path)}.js')
          module.exports = modules[${JSON.stringify(nameOf(path))}]()`,
      }))
      step.onResolve({ filter: /.*/, namespace: 'elsewhere' }, ({ path }) => ({ path, external: true }))
    },
  }
}

/** Empties the texts of the configuration's rows: 11 kB that only the tables in the documentation show. */
const withoutTexts: Plugin = {
  name: 'without texts',
  setup(step) {
    step.onLoad({ filter: /[\\/]config[\\/]sections[\\/][^\\/]+\.js$/ }, ({ path }) => ({
      contents: readFileSync(path, 'utf8').replace(/\bdoc: (['"`])(?:\\.|(?!\1)[^\\])*\1/g, "doc: ''"),
    }))
  },
}

/** Writes `index.js`, the parts, and the programs that they start by their path, all into one folder. */
export async function bundleTracer(outdir: string): Promise<void> {
  const files = reachedFrom([main])
  const bundleOf = bundleOfFiles(files)
  const parts = [...new Set(bundleOf.values())].filter(name => name !== 'index')
  await build({
    ...OPTIONS,
    outdir,
    entryPoints: [{ in: main, out: 'index' }, ...parts.map(name => ({ in: name, out: name }))],
    plugins: [withoutTexts, split(bundleOf)],
  })
  const programs = [...files].flatMap(startedBy)
  const entryPoints = programs.map(file => ({ in: file, out: basename(file, '.js') }))
  await build({ ...OPTIONS, outdir, entryPoints })
}
