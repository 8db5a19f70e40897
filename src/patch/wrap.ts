/** Replaces a function by a wrapper that cannot be told from it, but for the flag. Nothing else calls shimmer. */

import shimmer from 'shimmer'
import { disguise as lookLike } from '../std/disguise'

/** Own property of every wrapper, and of the exports of every patched module. */
export const PATCH_FLAG = '__datadog_patch'

// biome-ignore lint/suspicious/noExplicitAny: the functions of other people's libraries have any shape
export type AnyFunction = (this: any, ...args: any[]) => any

/** Puts the original back. */
export type Undo = () => void

export function isPatched(value: unknown): boolean {
  return (
    (typeof value === 'function' || typeof value === 'object') &&
    value !== null &&
    Object.hasOwn(value, PATCH_FLAG)
  )
}

/** Marks `target` as patched; not enumerable, so that nobody who copies or prints it notices. */
export function markPatched(target: object): void {
  if (Object.isExtensible(target)) {
    Object.defineProperty(target, PATCH_FLAG, {
      value: true,
      configurable: true,
      enumerable: false,
      writable: true,
    })
  }
}

export function unmarkPatched(target: object): void {
  delete (target as Record<string, unknown>)[PATCH_FLAG]
}

/**
 * Wraps `owner[name]`. Undefined, and nothing done, when there is no such function, when it is wrapped already (a
 * package that is both imported and required is seen twice), or when it cannot be replaced.
 */
export function wrap(
  owner: object,
  name: string,
  wrapper: (original: AnyFunction) => AnyFunction,
): Undo | undefined {
  const target = owner as Record<string, AnyFunction>
  const original = target[name]
  if (typeof original !== 'function') return undefined
  const before = Object.getOwnPropertyDescriptor(owner, name)
  // What a parent class inherits to it may be wrapped there, for another reason.
  if (before !== undefined && isPatched(original)) return undefined
  if (before === undefined ? !Object.isExtensible(owner) : !before.configurable) return undefined
  shimmer.wrap(target, name, inner => disguise(wrapper(inner), inner))
  return () => {
    if (Object.getOwnPropertyDescriptor(owner, name)?.value?.__original !== original) return
    if (before === undefined) delete target[name]
    else Object.defineProperty(owner, name, before)
  }
}

/** Gives `wrapper` the looks of `original`, and the flag. */
export function disguise<F extends AnyFunction>(wrapper: F, original: AnyFunction): F {
  markPatched(lookLike(wrapper, original))
  return wrapper
}
