/** The parts of pino that the integration uses. */

export type Logger = Record<string | symbol, unknown>

/** Keys of a logger's fields. */
export interface Fields {
  /** JSON of the bindings, `,"a":1`. */
  readonly bindings: string | symbol
  readonly serializers: string | symbol
  /** Formatters: `{ log }`. */
  readonly formatters: string | symbol
}
