/**
 * Sessions that run twice, with the tracer and without it: repeatable random choices, and a log of everything visible.
 */

const DEEPEST = 5

/**
 * Park and Miller's generator: `pick(limit)` is a whole number below `limit`, the same in every session of a seed.
 */
export function generator(seed: number): (limit: number) => number {
  let state = seed
  return limit => {
    state = (state * 48271) % 2147483647
    return state % limit
  }
}

export class SessionLog {
  readonly lines: string[] = []
  readonly #isVarying: (key: string) => boolean

  /** `isVarying`: keys whose values differ from session to session. */
  constructor(isVarying: (key: string) => boolean = () => false) {
    this.#isVarying = isVarying
  }

  see(...what: unknown[]): void {
    this.lines.push(JSON.stringify(what.map(each => this.#plain(each, 0))))
  }

  /** Notes what `fn` throws or returns. */
  seeCall(what: unknown, fn: () => unknown): unknown {
    try {
      const result = fn()
      this.see(what, 'returns', result)
      return result
    } catch (error) {
      this.see(what, 'throws', error)
      return undefined
    }
  }

  /** Notes what becomes of a promise. */
  async seeEnd(what: unknown, promise: unknown): Promise<unknown> {
    try {
      const value = await promise
      this.see(what, 'resolves', value)
      return value
    } catch (error) {
      this.see(what, 'rejects', error)
      return undefined
    }
  }

  #plain(value: unknown, depth: number): unknown {
    if (typeof value === 'function') return `function ${value.name} ${value.length} ${Object.keys(value)}`
    if (typeof value === 'bigint' || typeof value === 'symbol' || value === undefined) return String(value)
    if (value === null || typeof value !== 'object') return value
    if (Buffer.isBuffer(value)) return `Buffer ${value.toString('latin1')}`
    if (depth === DEEPEST) return '...'
    if (Array.isArray(value)) return value.map(each => this.#plain(each, depth + 1))
    const own = Object.keys(value)
      .filter(key => key !== 'stack')
      .map(key => [key, this.#isVarying(key) ? '<varies>' : this.#plain(Reflect.get(value, key), depth + 1)])
    const kind = value.constructor?.name
    if (value instanceof Error) own.unshift(['name', value.name], ['message', value.message])
    return [kind, Object.fromEntries(own)]
  }
}
