/** Tells whether a line has a `dd` of the application's own, which is never overwritten. */

import type { Fields, Logger } from './types'

/** Key of the serializer of whole records, in versions that have one. */
const ANY = Symbol.for('pino.*')

/** Returns the keys under which this copy of pino keeps its fields: strings before 5, symbols since. */
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

/** The last logger's bindings and whether these have a `dd`: there are many loggers, and each writes many lines. */
let lastBindings: unknown
let lastHasDd = true

/** Tells whether the line surely has no `dd`, by checks that cost little. */
export function hasNoDd(logger: Logger, record: unknown, fields: Fields): boolean {
  const bindings = logger[fields.bindings]
  if (bindings !== lastBindings) {
    lastBindings = bindings
    lastHasDd = typeof bindings !== 'string' || bindings.includes('"dd":')
  }
  if (lastHasDd) return false
  // Serializers and formatters may return another record.
  if ((logger[fields.formatters] as { log?: unknown } | undefined)?.log !== undefined) return false
  if ((logger[fields.serializers] as Record<symbol, unknown> | undefined)?.[ANY] !== undefined) return false
  return typeof record !== 'object' || record === null || !('dd' in record)
}
