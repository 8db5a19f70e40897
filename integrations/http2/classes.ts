/**
 * Access to the internal classes of `http2`. Node.js exports neither sessions nor streams nor servers; their prototypes
 * are found by their first instance.
 */

/** The prototypes that have been patched. */
export class Prototypes {
  readonly #seen = new WeakSet<object>()

  /** Calls `patch` with the prototype of `instance`, once; not if its class has another name than `name`. */
  reach(instance: object, name: string, patch: (prototype: object) => void): void {
    const prototype = Object.getPrototypeOf(instance) as object | null
    if (prototype === null || this.#seen.has(prototype)) return
    if (prototype.constructor.name !== name) return
    this.#seen.add(prototype)
    patch(prototype)
  }
}
