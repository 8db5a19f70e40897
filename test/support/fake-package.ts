/** Writes packages made up for a test into a folder of their own. */

import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { temporaryFolder } from './temporary'

/** Writes `files` (path → content) and returns the folder that they are in. */
export function folderOf(files: Readonly<Record<string, string>>): string {
  const folder = temporaryFolder('tracer-fake-')
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), content)
  }
  return folder
}

/** Files of a package: `main` is its main module. */
export function fakePackage(
  name: string,
  version: string,
  main: string,
  files: Readonly<Record<string, string>> = {},
): Record<string, string> {
  const root = `node_modules/${name}`
  return {
    [`${root}/package.json`]: JSON.stringify({ name, version, main: 'main.js' }),
    [`${root}/main.js`]: main,
    ...Object.fromEntries(Object.entries(files).map(([path, content]) => [`${root}/${path}`, content])),
  }
}
