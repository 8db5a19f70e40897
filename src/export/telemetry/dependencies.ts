/**
 * Finds the packages that are loaded, from the names of files in the cache of `require`; no module is patched for it.
 */

import { readFile } from 'node:fs/promises'
import { isBuiltin } from 'node:module'
import { join } from 'node:path'
import type { Dependency } from './events'

/** Matches the folder of the package that a file belongs to, and its name. */
const PACKAGE = /^.*[\\/]node_modules[\\/]((?:@[^\\/]+[\\/])?[^\\/@.][^\\/]*)(?=[\\/])/
/** Most packages that are reported. */
const MAX_PACKAGES = 10_000
/** Number of files that are read at a time. */
const READ_AT_ONCE = 8

/** The packages that have been found. */
export class Dependencies {
  readonly #patched: () => ReadonlyMap<string, string>
  readonly #seenFolders = new Set<string>()
  #fileCount = 0
  /** Packages by `name@version`. */
  readonly #known = new Map<string, Dependency>()

  /** `patched` returns modules and their versions, also of modules that were loaded by `import`. */
  constructor(patched: () => ReadonlyMap<string, string>) {
    this.#patched = patched
  }

  /** All packages that have been found. */
  get all(): Dependency[] {
    return [...this.#known.values()]
  }

  /** Looks again. Returns the packages that are new. */
  async collect(): Promise<Dependency[]> {
    const found: Dependency[] = []
    for (const [name, version] of this.#patched()) if (!isBuiltin(name)) this.#add({ name, version }, found)
    const folders = this.#newFolders()
    for (let at = 0; at < folders.length; at += READ_AT_ONCE) {
      const some = await Promise.all(folders.slice(at, at + READ_AT_ONCE).map(readPackage))
      for (const dependency of some) this.#add(dependency, found)
    }
    return found
  }

  #newFolders(): [folder: string, name: string][] {
    const folders: [string, string][] = []
    const files = Object.keys(require.cache)
    // To look at ten thousand files takes 5 ms.
    if (files.length === this.#fileCount) return folders
    this.#fileCount = files.length
    for (const file of files) {
      const match = PACKAGE.exec(file)
      if (match === null || this.#seenFolders.has(match[0]) || this.#seenFolders.size >= MAX_PACKAGES)
        continue
      this.#seenFolders.add(match[0])
      folders.push([match[0], match[1].replace('\\', '/')])
    }
    return folders
  }

  #add(dependency: Dependency, found: Dependency[]): void {
    const key = `${dependency.name}@${dependency.version}`
    if (this.#known.has(key) || this.#known.size >= MAX_PACKAGES) return
    this.#known.set(key, dependency)
    found.push(dependency)
  }
}

async function readPackage([folder, name]: [folder: string, name: string]): Promise<Dependency> {
  try {
    const { version } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'))
    return { name, version: typeof version === 'string' ? version : undefined }
  } catch {
    return { name, version: undefined }
  }
}
