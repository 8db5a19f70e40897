/** Reads out of compiled files, and of their types, which other files of the package they need. */

import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** Returns the files of the package that a compiled file loads, at once or later. */
export function neededBy(file: string): string[] {
  const calls = file.endsWith('.mjs') ? /\bfrom ["'](\.[^"']*)["']/g : /\brequire\(["'](\.[^"']*)["']\)/g
  return namesIn(file, calls)
}

/** Returns the files that a compiled file starts by their path: workers, preloads, loaders of bundlers. */
export function startedBy(file: string): string[] {
  return namesIn(file, /\bjoin\)\(__dirname, ["']([\w-]+\.js)["']\)/g)
}

/** Returns the files that a file of type declarations refers to. */
export function typesNeededBy(file: string): string[] {
  const names = readFileSync(file, 'utf8').matchAll(/\b(?:from|import|import\()\s*["'](\.[^"']*)["']/g)
  return [...names].map(([, name]) => {
    const path = join(dirname(file), name)
    const types = [`${path}.d.ts`, join(path, 'index.d.ts'), typesOf(path)].find(each => existsSync(each))
    if (types === undefined) throw new Error(`${file} refers to ${name}, which has no types`)
    return types
  })
}

/** Returns the path of the type declarations of a compiled file. */
export function typesOf(file: string): string {
  return file.replace(/\.(m?)js$/, '.d.$1ts')
}

/** Returns some files and all that they need, directly or not. */
export function reachedFrom(entries: Iterable<string>, needed = neededBy): Set<string> {
  const files = new Set(entries)
  for (const file of files) for (const each of needed(file)) files.add(each)
  return files
}

function namesIn(file: string, pattern: RegExp): string[] {
  const names = readFileSync(file, 'utf8').matchAll(pattern)
  return [...names].map(([, name]) => require.resolve(join(dirname(file), name)))
}
