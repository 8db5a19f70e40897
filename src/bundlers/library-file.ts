/** Which files of which packages the integrations patch, as a bundler meets them. */

import { readFileSync } from 'node:fs'
import { dirname, join, sep } from 'node:path'
import { manifest } from '../index'

/** A file that some integration patches. */
export interface LibraryFile {
  /** For example `express`. */
  name: string
  version: string
  /** What targets call it: `lib/layer.js`, and the empty text when it is the package's main module. */
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

/** Matches files of those packages; what Go understands too, in which esbuild is written. */
export const LIBRARIES = new RegExp(
  `[\\\\/]node_modules[\\\\/](?:${MODULES.map(toPattern).join('|')})[\\\\/].*\\.[cm]?js$`,
)

function toPattern(name: string): string {
  return name.replace(/[.+*?^$()[\]{}|\\-]/g, '\\$&').replace('/', '[\\\\/]')
}

/** Undefined when no integration patches the file, in any version of its package. */
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

/** Version ranges are looked at when the program runs, as for packages that are not bundled. */
function pathsOf(name: string): Set<string> {
  const targets = manifest
    .filter(entry => entry.modules.includes(name))
    .flatMap(entry => entry.load().targets)
  return new Set(targets.filter(target => target.module === name).map(target => target.file ?? ''))
}

/** Whatever any condition leads to: which one the bundler took is not ours to know. */
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
