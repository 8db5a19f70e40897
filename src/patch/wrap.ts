/** Replaces a function by a wrapper that looks like it, except for a flag. No other file calls shimmer. */

import shimmer from 'shimmer'
import { disguise as lookLike } from '../std/disguise'

/** Name of an own property of every wrapper, and of the exports of every patched module. */
export const PATCH_FLAG = '__datadog_patch'

/** A function of a library. */
// biome-ignore lint/suspicious/noExplicitAny: the functions of other people's libraries have any shape
export type AnyFunction = (this: any, ...args: any[]) => any

/** Restores the original. */
export type Undo = () => void

/** Returns whether `value` has the flag as an own property. */
export function isPatched(value: unknown): boolean {
  return (
    (typeof value === 'function' || typeof value === 'object') &&
    value !== null &&
    Object.hasOwn(value, PATCH_FLAG)
  )
}

/** Sets the flag on `target`; not enumerable, so that copies and printed objects do not show it. */
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

/** Removes the flag. */
export function unmarkPatched(target: object): void {
  delete (target as Record<string, unknown>)[PATCH_FLAG]
}

/**
 * Wraps `owner[name]` and returns a function that restores it. Does nothing and returns undefined if there is no such
 * function, if it is wrapped already (a package that is both imported and required is seen twice), or if it cannot be
 * replaced.
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
  // An inherited method may already be wrapped on the parent class; only an own property counts as wrapped twice.
  if (before !== undefined && isPatched(original)) return undefined
  if (before === undefined ? !Object.isExtensible(owner) : !before.configurable) return undefined
  shimmer.wrap(target, name, inner => disguise(wrapper(inner), inner))
  return () => {
    if (Object.getOwnPropertyDescriptor(owner, name)?.value?.__original !== original) return
    if (before === undefined) delete target[name]
    else Object.defineProperty(owner, name, before)
  }
}

/** Gives `wrapper` the name, length and own properties of `original`, and the flag. */
export function disguise<F extends AnyFunction>(wrapper: F, original: AnyFunction): F {
  markPatched(lookLike(wrapper, original))
  return wrapper
}
