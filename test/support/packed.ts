/** The package as it is published: its archive, and the archive unpacked. */

import { execFileSync } from 'node:child_process'
import { symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT } from './programs'
import { temporaryFolder } from './temporary'

export interface PackedFile {
  path: string
  size: number
}

let archive: { path: string; name: string; files: PackedFile[] } | undefined

/** Packs the package as it is built, once in a test process, and returns the path of the archive. */
export function packedArchive(): { path: string; name: string; files: PackedFile[] } {
  if (archive === undefined) {
    const folder = temporaryFolder('tracer-packed-')
    const options = ['--json', '--ignore-scripts', '--pack-destination', folder]
    const output = execFileSync('npm', ['pack', ...options], { cwd: ROOT, encoding: 'utf8', stdio: 'pipe' })
    const [{ filename, files }] = JSON.parse(output) as [{ filename: string; files: PackedFile[] }]
    archive = { path: join(folder, filename), name: filename, files }
  }
  return archive
}

/** Unpacks the package into a new folder, beside the dependencies of the checkout, and returns where it lies. */
export function unpackedPackage(): string {
  const folder = temporaryFolder('tracer-unpacked-')
  execFileSync('tar', ['-xzf', packedArchive().path], { cwd: folder })
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'))
  return join(folder, 'package')
}
