/**
 * A record as it would be with one more property: for those that cannot be copied (errors, objects of classes with
 * private fields) or changed (frozen ones). What is written to the view is written to the record, as without us.
 */

const KEY = 'dd'

/** `dd` can be read, replaced and deleted in the view, and never reaches the record. */
export function recordView<T extends object>(record: T, dd: unknown): T {
  return new Proxy({}, new View(record, dd)) as T
}

/** The target of the proxy is an empty object, for a frozen one would not let us show a property that it has not. */
class View implements ProxyHandler<object> {
  readonly #record: object
  #dd: PropertyDescriptor | undefined

  constructor(record: object, dd: unknown) {
    this.#record = record
    this.#dd = { value: dd, writable: true, enumerable: true, configurable: true }
  }

  get(_target: object, key: PropertyKey): unknown {
    if (key === KEY) return this.#dd?.value
    const value: unknown = Reflect.get(this.#record, key)
    // Methods run on the record: private fields are not on the view.
    const isMethod = typeof value === 'function' && key !== 'constructor' && !Object.hasOwn(this.#record, key)
    return isMethod ? value.bind(this.#record) : value
  }

  set(_target: object, key: PropertyKey, value: unknown): boolean {
    if (key === KEY) this.#dd = { value, writable: true, enumerable: true, configurable: true }
    // An assignment, not `Reflect.set`: it throws what it would throw without us.
    else (this.#record as Record<PropertyKey, unknown>)[key] = value
    return true
  }

  has(_target: object, key: PropertyKey): boolean {
    return (key === KEY && this.#dd !== undefined) || Reflect.has(this.#record, key)
  }

  deleteProperty(_target: object, key: PropertyKey): boolean {
    if (key !== KEY) return Reflect.deleteProperty(this.#record, key)
    this.#dd = undefined
    return true
  }

  defineProperty(_target: object, key: PropertyKey, descriptor: PropertyDescriptor): boolean {
    if (key !== KEY) return Reflect.defineProperty(this.#record, key, descriptor)
    this.#dd = { ...descriptor, configurable: true }
    return true
  }

  ownKeys(): (string | symbol)[] {
    const keys = Reflect.ownKeys(this.#record)
    return this.#dd === undefined ? keys : [...keys, KEY]
  }

  getOwnPropertyDescriptor(_target: object, key: PropertyKey): PropertyDescriptor | undefined {
    if (key === KEY) return this.#dd
    const descriptor = Reflect.getOwnPropertyDescriptor(this.#record, key)
    // A proxy may only call permanent what its target has.
    return descriptor && { ...descriptor, configurable: true }
  }

  getPrototypeOf(): object | null {
    return Reflect.getPrototypeOf(this.#record)
  }
}
