/** Whether a line has a `dd` of the application's own, which is never overwritten. */

import type { Fields, Logger } from './types'

/** A serializer of all records, in versions that have it. */
const ANY = Symbol.for('pino.*')

/** Where this copy of pino keeps what it knows: strings before 5, symbols since. */
export function fieldsOf(logger: Logger): Fields {
  if ('chindings' in logger) {
    return {
      bindings: 'chindings',
      serializers: 'serializers',
      formatters: 'formatters',
    }
  }
  const symbols = new Map<string | undefined, symbol>()
  for (let at: object | null = logger; at !== null; at = Object.getPrototypeOf(at) as object | null) {
    for (const symbol of Object.getOwnPropertySymbols(at)) symbols.set(symbol.description, symbol)
  }
  const field = (name: string): symbol => symbols.get(`pino.${name}`) ?? Symbol(name)
  return {
    bindings: field('chindings'),
    serializers: field('serializers'),
    formatters: field('formatters'),
  }
}

/** Loggers are many, and write many lines each: the text of the last one's bindings, and what is in it. */
let lastBindings: unknown
let lastHasDd = true

/** True when it can be told, cheaply, that the line will have none. */
export function hasNoDd(logger: Logger, record: unknown, fields: Fields): boolean {
  const bindings = logger[fields.bindings]
  if (bindings !== lastBindings) {
    lastBindings = bindings
    lastHasDd = typeof bindings !== 'string' || bindings.includes('"dd":')
  }
  if (lastHasDd) return false
  // These make another record of it.
  if ((logger[fields.formatters] as { log?: unknown } | undefined)?.log !== undefined) return false
  if ((logger[fields.serializers] as Record<symbol, unknown> | undefined)?.[ANY] !== undefined) return false
  return typeof record !== 'object' || record === null || !('dd' in record)
}
