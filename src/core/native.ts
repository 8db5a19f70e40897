/** Finds and loads the binary of the native add-on for this Node.js. What the add-on offers, its users declare. */

import { existsSync } from 'node:fs'
import { dirname, join, sep } from 'node:path'

/** The package node-gyp-build: finds the file in `prebuilds/` for the ABI, platform, architecture and C library. */
interface NodeGypBuild {
  /** Returns the path of the file; throws where there is none. */
  resolve(folder: string): string
}

/**
 * Returns the package's folder `native`. Bundled code may lie in another place below the package, or outside of it.
 */
function nativeFolder(): string | undefined {
  for (let folder = __dirname; ; folder = dirname(folder)) {
    const native = join(folder, 'native')
    if (existsSync(join(native, 'build.cjs'))) return native
    if (folder === dirname(folder)) return undefined
  }
}

/** Loads the add-on. Never throws: where there is none, a text that says why is returned. */
export function loadAddon(folder = nativeFolder()): unknown {
  if (folder === undefined)
    return `the profiler's add-on is not beside its code: there is no folder native above ${__dirname}`
  const { platform, arch, versions } = process
  const own = join(folder, 'prebuilds', sep)
  let file: string | undefined
  try {
    file = (require('node-gyp-build') as NodeGypBuild).resolve(folder)
  } catch {}
  // node-gyp-build looks in the folder of the program, too: a file there belongs to another package.
  if (!file?.startsWith(own))
    return `no build of the profiler for ${platform}-${arch}, abi ${versions.modules}; \`node ${join(folder, 'build.cjs')}\` makes one`
  try {
    return require(file)
  } catch (error) {
    return `the profiler's add-on does not load: ${error instanceof Error ? error.message : error}`
  }
}
