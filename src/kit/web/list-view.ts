/**
 * Views of a list of the application in which elements are replaced: code that gets the view sees the replacements, all
 * other code sees the list as it is.
 */

/**
 * Returns a view of `list` in which `replace` is applied to each element; elements that are added later appear in it
 * too. The elements of `last` follow at indices behind the end, for code that reads until it finds nothing; the length
 * is that of the list.
 */
export function viewOf<Element extends object>(
  list: Element[],
  replace: (element: Element) => Element,
  last: readonly Element[] = [],
): Element[] {
  return new Proxy(list, {
    get(target, key, receiver) {
      // Only keys that begin with a digit are indices.
      if (typeof key !== 'string' || key.charCodeAt(0) > 57) return Reflect.get(target, key, receiver)
      const element = target[key as unknown as number]
      if (isObject(element)) return replace(element)
      return element ?? last[Number(key) - target.length]
    },
  })
}

/** Returns a function that calls `make` once for each element and remembers the result. */
export function oncePer<Element extends object>(
  make: (element: Element) => Element,
): (element: Element) => Element {
  const made = new WeakMap<Element, Element>()
  return element => {
    let replaced = made.get(element)
    if (replaced === undefined) {
      replaced = make(element)
      made.set(element, replaced)
    }
    return replaced
  }
}

/** Returns whether a value can be replaced. A list may contain other values, about which its reader complains. */
function isObject(value: unknown): value is object {
  return typeof value === 'function' || (typeof value === 'object' && value !== null)
}
