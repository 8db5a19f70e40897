/** Node exports none of the classes of sessions, streams and servers: they are known by their first object. */

/** Calls `patch` once with the prototype of an `instance` of the class `name`. */
export class Prototypes {
  readonly #seen = new WeakSet<object>()

  reach(instance: object, name: string, patch: (prototype: object) => void): void {
    const prototype = Object.getPrototypeOf(instance) as object | null
    if (prototype === null || this.#seen.has(prototype)) return
    if (prototype.constructor.name !== name) return
    this.#seen.add(prototype)
    patch(prototype)
  }
}
