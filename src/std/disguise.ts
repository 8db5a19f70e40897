/** Makes a wrapper look like the function that it wraps. */

// biome-ignore lint/suspicious/noExplicitAny: a function of any shape
type AnyFunction = (this: any, ...args: any[]) => any

/** Gives `wrapper` the name, length, prototype and own properties of `original`. */
export function disguise<F extends AnyFunction>(wrapper: F, original: AnyFunction): F {
  for (const key of Reflect.ownKeys(original)) {
    const descriptor = Object.getOwnPropertyDescriptor(original, key)
    const existing = Object.getOwnPropertyDescriptor(wrapper, key)
    if (descriptor === undefined) continue
    if (existing === undefined || existing.configurable) Object.defineProperty(wrapper, key, descriptor)
    // The property `prototype` of a function can be assigned, but not redefined.
    else if (existing.writable) Object.defineProperty(wrapper, key, { value: descriptor.value })
  }
  const parent = Object.getPrototypeOf(original)
  if (Object.getPrototypeOf(wrapper) !== parent) Object.setPrototypeOf(wrapper, parent)
  return wrapper
}
