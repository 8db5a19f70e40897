/**
 * Build step: makes `lib/`, the part of the package that is compiled. It holds the tracer's bundles, the programs and
 * plugins beside it as tsc wrote them, and the types that the exported ones refer to.
 */

import { cpSync, readFileSync, rmSync } from 'node:fs'
import { join, relative } from 'node:path'
import { bundleTracer } from './bundle'
import { neededBy, reachedFrom, startedBy, typesNeededBy, typesOf } from './module-graph'

const root = join(__dirname, '..', '..', '..')
const src = join(root, 'dist', 'src')
const lib = join(root, 'lib')
const main = join(src, 'index.js')

const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as Record<string, object>

/** Returns the compiled files that a part of package.json names; those of `ext/*` are reached from `ext`. */
function entriesOf(part: 'exports' | 'bin'): string[] {
  const paths: string[] = Object.values(manifest[part])
  return paths.filter(path => /^[^*]+\.m?js$/.test(path)).map(path => join(src, relative('lib', path)))
}

function copy(file: string): void {
  cpSync(file, join(lib, relative(src, file)))
}

async function makePackage(): Promise<void> {
  rmSync(lib, { recursive: true, force: true })
  await bundleTracer(lib)
  const exported = entriesOf('exports')
  const programs = reachedFrom(
    [...exported, ...entriesOf('bin')].filter(file => file !== main),
    file => (file === main ? [] : [...neededBy(file), ...startedBy(file)]),
  )
  for (const file of programs) if (file !== main) copy(file)
  for (const file of reachedFrom(exported.map(typesOf), typesNeededBy)) copy(file)
}

void makePackage()
