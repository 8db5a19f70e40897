/** What we use of pino. */

export type Logger = Record<string | symbol, unknown>

/** Names of a logger's fields. */
export interface Fields {
  /** JSON of the bindings, `,"a":1`. */
  readonly bindings: string | symbol
  readonly serializers: string | symbol
  /** `{ log }`. */
  readonly formatters: string | symbol
}
