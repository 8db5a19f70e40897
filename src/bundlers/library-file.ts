/** Tells a bundler which files of which packages the integrations patch. */

import { readFileSync } from 'node:fs'
import { dirname, join, sep } from 'node:path'
import { manifest } from '../index'

/** A file that some integration patches. */
export interface LibraryFile {
  /** Name of the package, for example `express`. */
  name: string
  version: string
  /** Names of the file in targets: `lib/layer.js`, and the empty text if it is the package's main module. */
  paths: string[]
}

interface PackageJson {
  version?: unknown
  type?: unknown
  main?: unknown
  module?: unknown
  exports?: unknown
}

const MODULES = [...new Set(manifest.flatMap(entry => entry.modules))]

/** Matches files of patched packages, in syntax that Go, the language of esbuild, understands as well. */
export const LIBRARIES = new RegExp(
  `[\\\\/]node_modules[\\\\/](?:${MODULES.map(toPattern).join('|')})[\\\\/].*\\.[cm]?js$`,
)

function toPattern(name: string): string {
  return name.replace(/[.+*?^$()[\]{}|\\-]/g, '\\$&').replace('/', '[\\\\/]')
}

/** Returns the library file; undefined when no integration patches it in any version of its package. */
export function libraryFile(filename: string): LibraryFile | undefined {
  const at = filename.lastIndexOf(`${sep}node_modules${sep}`)
  if (at < 0) return undefined
  const parts = filename.slice(at + `${sep}node_modules${sep}`.length).split(sep)
  const nameParts = parts.splice(0, parts[0].startsWith('@') ? 2 : 1)
  const name = nameParts.join('/')
  const path = parts.join('/')
  const content = packageJson(filename.slice(0, at) + join(`${sep}node_modules`, ...nameParts))
  const wanted = pathsOf(name)
  const paths = (isMain(content, path) ? ['', path] : [path]).filter(each => wanted.has(each))
  return paths.length === 0 ? undefined : { name, paths, version: String(content.version ?? '0.0.0') }
}

/** Whether the file is an ES module, as Node.js and bundlers see it; undefined when its syntax has to tell. */
export function isModuleByName(filename: string): boolean | undefined {
  if (filename.endsWith('.mjs')) return true
  if (filename.endsWith('.cjs')) return false
  for (let folder = dirname(filename); !folder.endsWith(`${sep}node_modules`); folder = dirname(folder)) {
    const content = packageJson(folder)
    if (content.type !== undefined) return content.type === 'module'
    if (content.version !== undefined || dirname(folder) === folder) break
  }
  return undefined
}

/** Returns the paths that targets patch. Version ranges are checked when the program runs, as without a bundler. */
function pathsOf(name: string): Set<string> {
  const targets = manifest
    .filter(entry => entry.modules.includes(name))
    .flatMap(entry => entry.load().targets)
  return new Set(targets.filter(target => target.module === name).map(target => target.file ?? ''))
}

/** True if any condition of `exports` leads to the file, since the bundler does not tell which condition it took. */
function isMain({ exports, main, module }: PackageJson, path: string): boolean {
  const root = isRecord(exports) && '.' in exports ? exports['.'] : exports
  const files = [...leaves(root), main ?? 'index.js', module].filter(each => typeof each === 'string')
  return files.some(each => {
    const file = each.replace(/^\.\//, '').replace(/\/$/, '')
    return [file, `${file}.js`, `${file}/index.js`].includes(path)
  })
}

function leaves(value: unknown): unknown[] {
  if (!isRecord(value)) return [value]
  // A record of paths, none of which is the main module's, has no leaves that matter.
  return Object.entries(value).flatMap(([key, inner]) => (key.startsWith('.') ? [] : leaves(inner)))
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}

const known = new Map<string, PackageJson>()

function packageJson(folder: string): PackageJson {
  let content = known.get(folder)
  if (content === undefined) {
    try {
      content = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as PackageJson
    } catch {
      content = {}
    }
    known.set(folder, content)
  }
  return content
}
