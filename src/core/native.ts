/** The native add-on: where its binary for this Node lies. What it offers, its users say. */

import { existsSync } from 'node:fs'
import { dirname, join, sep } from 'node:path'

/** By ABI, platform, architecture and C library it finds a file in `prebuilds/`. */
interface NodeGypBuild {
  /** Throws where there is none. */
  resolve(folder: string): string
}

/** The package's folder `native`. Code that was bundled lies in another place below the package, or outside of it. */
function nativeFolder(): string | undefined {
  for (let folder = __dirname; ; folder = dirname(folder)) {
    const native = join(folder, 'native')
    if (existsSync(join(native, 'build.cjs'))) return native
    if (folder === dirname(folder)) return undefined
  }
}

/** Loads the add-on. Never throws: a text says in plain words why there is none. */
export function loadAddon(folder = nativeFolder()): unknown {
  if (folder === undefined)
    return `the profiler's add-on is not beside its code: there is no folder native above ${__dirname}`
  const { platform, arch, versions } = process
  const own = join(folder, 'prebuilds', sep)
  let file: string | undefined
  try {
    file = (require('node-gyp-build') as NodeGypBuild).resolve(folder)
  } catch {}
  // It looks in the folder of the program, too: what lies there is somebody else's.
  if (!file?.startsWith(own))
    return `no build of the profiler for ${platform}-${arch}, abi ${versions.modules}; \`node ${join(folder, 'build.cjs')}\` makes one`
  try {
    return require(file)
  } catch (error) {
    return `the profiler's add-on does not load: ${error instanceof Error ? error.message : error}`
  }
}
