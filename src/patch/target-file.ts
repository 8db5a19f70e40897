/** Finds the file of a package that a target patches: the one that it names, or the package's main module. */

import type { Target } from './types'

/** Returns whether the file at `file` inside the package at `folder` is the one that `target` patches. */
export function isTargetFile(target: Target, file: string, folder: string | undefined): boolean {
  if (target.file === undefined) return file === '' || (folder !== undefined && isMain(folder, file))
  return file === target.file
}

function isMain(folder: string, file: string): boolean {
  try {
    return (
      require
        .resolve(folder)
        .slice(folder.length + 1)
        .replaceAll('\\', '/') === file
    )
  } catch {
    return false
  }
}
