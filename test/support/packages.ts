/** Makes packages available under their usual names: this checkout has Express 4 as `express4`. */

import { cpSync, existsSync, mkdirSync, readFileSync, symlinkSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { temporaryFolder } from './temporary'

/**
 * A folder in which `require(name)` loads a copy of the package that is installed here as `installed`, with the
 * dependencies that it has here. A copy each time: nothing of it was loaded before.
 */
export function folderWith(name: string, installed: string): string {
  const folder = temporaryFolder('tracer-package-')
  const manifest = require.resolve(`${installed}/package.json`)
  const modules = join(folder, 'node_modules')
  mkdirSync(modules)
  cpSync(dirname(manifest), join(modules, name), {
    recursive: true,
    filter: source => !source.startsWith(join(dirname(manifest), 'node_modules')),
  })
  const { dependencies = {} } = JSON.parse(readFileSync(manifest, 'utf8'))
  // A package need not let others see its package.json: the folders are searched as Node searches them.
  const places = createRequire(manifest).resolve.paths('any') ?? []
  for (const dependency of Object.keys(dependencies)) {
    const found = places.map(place => join(place, dependency)).find(existsSync)
    if (found === undefined) throw new Error(`${installed} lacks ${dependency}`)
    mkdirSync(dirname(join(modules, dependency)), { recursive: true })
    symlinkSync(found, join(modules, dependency))
  }
  return folder
}

/** Loads `name` as a program in `folder` does. */
export function requireIn(folder: string, name: string): unknown {
  return createRequire(join(folder, 'program.js'))(name)
}
