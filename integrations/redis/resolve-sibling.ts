/** Modules that only a file of the library knows how to find. */

/** What the file whose exports are `exports` gets for `require(path)`; undefined where it is no file of its own. */
export function requireAs(exports: object, path: string): unknown {
  return Object.values(require.cache)
    .find(module => module?.exports === exports)
    ?.require(path)
}
