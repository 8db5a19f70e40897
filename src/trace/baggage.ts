/**
 * W3C baggage of the running code: items that travel with the async context and into outgoing headers, not on spans.
 */

import { AsyncLocalStorage } from 'node:async_hooks'

/** Baggage items by key; frozen, since every async context that inherited it shares it. */
export type Baggage = Readonly<Record<string, string>>

const NONE: Baggage = Object.freeze({})

/** Created with the first item: applications without baggage pay nothing. */
let storage: AsyncLocalStorage<Baggage> | undefined

/** Returns all items of the running code; an empty object when there are none. */
export function getBaggage(): Baggage {
  return storage?.getStore() ?? NONE
}

/**
 * Adds an item for the running code and everything it starts from now on; code in other async contexts keeps its
 * items. A key that is empty or no string, or a value that is no string, changes nothing. Returns all items.
 */
export function setBaggageItem(key: string, value: string): Baggage {
  if (typeof key !== 'string' || key === '' || typeof value !== 'string') return getBaggage()
  return enter({ ...getBaggage(), [key]: value })
}

/** Removes an item; returns those that are left. */
export function removeBaggageItem(key: string): Baggage {
  const items = getBaggage()
  if (!Object.hasOwn(items, key)) return items
  const { [key]: _removed, ...rest } = items
  return enter(rest)
}

/** Removes all items; returns the empty object. */
export function removeAllBaggageItems(): Baggage {
  return getBaggage() === NONE ? NONE : enter(NONE)
}

/**
 * Runs `fn.apply(self, args)` with exactly these items, undefined = none: the items of a request replace those of its
 * surroundings.
 */
export function runWithBaggage<This, Args extends readonly unknown[], Result>(
  items: Baggage | undefined,
  fn: (this: This, ...args: Args) => Result,
  self: This,
  args: Args | IArguments,
): Result {
  if (items === undefined) {
    if (storage === undefined || storage.getStore() === undefined)
      return Reflect.apply(fn, self, args as Args)
    return storage.run(NONE, Reflect.apply, fn, self, args as Args) as Result
  }
  storage ??= new AsyncLocalStorage()
  return storage.run(Object.freeze(items), Reflect.apply, fn, self, args as Args) as Result
}

function enter(items: Record<string, string>): Baggage {
  storage ??= new AsyncLocalStorage()
  // Nothing but `enterWith` changes the context of code that is running already.
  storage.enterWith(Object.freeze(items))
  return items
}
