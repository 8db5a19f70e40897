/** Libraries inside a bundle: a plugin of the bundler let each of their files say when it has run (`src/bundlers`). */

const KEY = Symbol.for('tracer.bundled')

export interface BundledModule {
  name: string
  version: string
  /** Paths inside the package; empty text: the main module. */
  paths: string[]
  module: { exports: unknown }
  /** The exports are those of an ES module, each of which can be set. */
  isNamespace?: boolean
}

/** Hands over what has said so already, and what will; answers how to stop. */
export function watchBundled(onLoad: (bundled: BundledModule) => void): () => void {
  const shared = globalThis as { [KEY]?: BundledModule[] }
  shared[KEY] ??= []
  const said = shared[KEY]
  for (const each of said) onLoad(each)
  const push = (...modules: BundledModule[]): number => {
    for (const each of modules) onLoad(each)
    return Array.prototype.push.apply(said, modules)
  }
  said.push = push
  return () => {
    if (said.push === push) said.push = Array.prototype.push
  }
}
