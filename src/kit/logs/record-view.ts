/**
 * A view of a log record with one more property, for records that cannot be copied (errors, objects with private
 * fields) or changed (frozen ones). What is written to the view is written to the record.
 */

const KEY = 'dd'

/** Returns a view of `record` in which `dd` can be read, replaced and deleted; the record itself never gets it. */
export function recordView<T extends object>(record: T, dd: unknown): T {
  return new Proxy({}, new View(record, dd)) as T
}

/**
 * Handler of the view. The target of the proxy is an empty object, because a proxy of a frozen object may not show a
 * property that the object does not have.
 */
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
    // Methods get the record as `this`, since a proxy has no private fields.
    const isMethod = typeof value === 'function' && key !== 'constructor' && !Object.hasOwn(this.#record, key)
    return isMethod ? value.bind(this.#record) : value
  }

  set(_target: object, key: PropertyKey, value: unknown): boolean {
    if (key === KEY) this.#dd = { value, writable: true, enumerable: true, configurable: true }
    // An assignment, not `Reflect.set`, so that it throws for a frozen record as it does without the view.
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
    // A proxy may call a property non-configurable only if its target has it.
    return descriptor && { ...descriptor, configurable: true }
  }

  getPrototypeOf(): object | null {
    return Reflect.getPrototypeOf(this.#record)
  }
}
