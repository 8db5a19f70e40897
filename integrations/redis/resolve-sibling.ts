/** Loading of modules that only a file of the library can resolve. */

/**
 * Returns what `require(path)` returns inside the file whose exports are `exports`; undefined in bundles, where the
 * library has no files.
 */
export function requireAs(exports: object, path: string): unknown {
  return Object.values(require.cache)
    .find(module => module?.exports === exports)
    ?.require(path)
}
