/** Slashes at the end of a path. */

/** Returns `path` without the slashes at its end. `replace(/\/+$/, '')` is quadratic: it tries every slash as the first. */
export function withoutSlashes(path: string): string {
  let end = path.length
  while (end > 0 && path.charCodeAt(end - 1) === 47) end--
  return path.slice(0, end)
}
