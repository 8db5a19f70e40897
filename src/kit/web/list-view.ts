/** A list of the application's with other elements in it: what reads the view sees those, everybody else the list. */

/**
 * The view of `list` in which each element is what `replace` makes of it, once; further ones of the list appear as they
 * come. `last` follows behind the end, for those who read until there is nothing: the length is that of the list.
 */
export function viewOf<Element extends object>(
  list: Element[],
  replace: (element: Element) => Element,
  last: readonly Element[] = [],
): Element[] {
  return new Proxy(list, {
    get(target, key, receiver) {
      // An index is text that begins with a digit.
      if (typeof key !== 'string' || key.charCodeAt(0) > 57) return Reflect.get(target, key, receiver)
      const element = target[key as unknown as number]
      if (isObject(element)) return replace(element)
      return element ?? last[Number(key) - target.length]
    },
  })
}

/** Remembers what `make` made of an element. */
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

/** What is no element for a view may lie in a list too: whoever reads it complains. */
function isObject(value: unknown): value is object {
  return typeof value === 'function' || (typeof value === 'object' && value !== null)
}
