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

/** Hands over what has announced so already, and what will; answers how to stop. */
export function watchBundled(onLoad: (bundled: BundledModule) => void): () => void {
  const shared = globalThis as { [KEY]?: BundledModule[] }
  shared[KEY] ??= []
  const announced = shared[KEY]
  for (const each of announced) onLoad(each)
  const push = (...modules: BundledModule[]): number => {
    for (const each of modules) onLoad(each)
    return Array.prototype.push.apply(announced, modules)
  }
  announced.push = push
  return () => {
    if (announced.push === push) announced.push = Array.prototype.push
  }
}
