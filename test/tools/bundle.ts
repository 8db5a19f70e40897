/**
 * Build step: makes few files of the tracer. What each start needs becomes one: to read 120 is most of its CPU, 57 ms
 * against 34 (Node 20). The rest becomes one for each folder, read when it is needed: to compile it all would take
 * another 11 ms. The files that they are made of stay beside them, for the tests of parts.
 */

import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { dirname, join, relative, sep } from 'node:path'
import { type BuildOptions, build, type Plugin } from 'esbuild'

const dist = join(__dirname, '..', '..')
const src = join(dist, 'src')
const main = join(src, 'index.js')
/** Under this key a bundle has what the others need of it: functions that return modules, by their names. */
const MODULES = `Symbol.for('tracer.modules')`

const OPTIONS: BuildOptions = {
  outdir: src,
  entryNames: '[name]',
  allowOverwrite: true,
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'cjs',
  // What applications may load as well has to be the same module for both.
  packages: 'external',
  // A fifth less to read (2 to 3 ms); names stay, for those who read a stack or a profile. Syntax stays too: ES modules
  // find the names of exports by it.
  minifyWhitespace: true,
  // Node prints the line of source that an error was last thrown from, and some of the application's pass through us.
  lineLimit: 200,
  logLevel: 'warning',
}

/** The files that are read by `init()` in a program that has nothing else. */
function filesOfStart(): Set<string> {
  const program = `
    require(${JSON.stringify(main)}).init()
    process.stdout.write(Object.keys(require.cache).join('\\n'))
    process.exit()`
  const env = { PATH: process.env.PATH, DD_TRACE_STARTUP_LOGS: 'false' }
  return new Set(execFileSync(process.execPath, ['-e', program], { env, encoding: 'utf8' }).split('\n'))
}

/** Files of ours that one asks for, at once or later. */
function neededBy(file: string): string[] {
  const calls = readFileSync(file, 'utf8').matchAll(/\brequire\(["'](\.[^"']*)["']\)/g)
  return [...calls].map(([, name]) => require.resolve(join(dirname(file), name)))
}

/** Which bundle each file that the tracer can come to is in. */
function bundleOfFiles(): Map<string, string> {
  const start = filesOfStart()
  const bundles = new Map<string, string>()
  const files = new Set([main])
  for (const file of files) {
    const folder = relative(dist, dirname(file)).split(sep).join('-')
    // The kit's index asks for all of it.
    const part = folder.startsWith('src-kit') ? 'src-kit' : folder
    bundles.set(file, start.has(file) ? 'index' : `part-${part}`)
    for (const each of neededBy(file)) files.add(each)
  }
  return bundles
}

const nameOf = (file: string): string => relative(dist, file).split(sep).join('/')

/** Leaves what is in another bundle there. */
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
        resolveDir: src,
      }))
      // Not wrapped in another one: ES modules have to find its names in it.
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

async function bundle(): Promise<void> {
  // The worker that the tracer starts by its path, and the program that sends what a full heap held.
  const alone = ['core/send-at-exit-worker.js', 'profiling/oom-exporter.js'].map(name => join(src, name))
  const bundleOf = bundleOfFiles()
  const parts = [...new Set(bundleOf.values())].filter(name => name !== 'index')
  const entryPoints = [{ in: main, out: 'index' }, ...parts.map(name => ({ in: name, out: name }))]
  await build({ ...OPTIONS, entryPoints, plugins: [split(bundleOf)] })
  await build({ ...OPTIONS, entryPoints: alone })
}

void bundle()
