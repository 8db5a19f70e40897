/**
 * Finds libraries inside a bundle. The plugins for bundlers (`src/bundlers`) add a line to each file of a library that
 * announces the file, once it has run, in a global list.
 */

const KEY = Symbol.for('tracer.bundled')

/** A file of a library in a bundle. */
export interface BundledModule {
  name: string
  version: string
  /** Paths inside the package; empty text = the main module. */
  paths: string[]
  module: { exports: unknown }
  /** Whether the exports are those of an ES module, each of which can be set. */
  isNamespace?: boolean
}

/**
 * Calls `onLoad` for every bundled module that has run, and for each that runs later. Returns a function that stops
 * this.
 */
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
