/** The row of a setting: its names, how its texts and values are read, and its value when it is not set. */

/** The outcome of reading a value: the value, what is wrong with it, or both; neither = as if it were not set. */
export interface Read<T> {
  value?: T
  /** What is wrong, as the end of a sentence: `is not an integer`. */
  problem?: string
  /** What the user should know of a value that is right, as the end of a sentence. */
  remark?: string
}

/** Reads an `OTEL_*` variable; `variable` looks up other variables of the same source. */
export type OtelReader<T> = (
  text: string,
  name: string,
  variable: (name: string) => string | undefined,
) => Read<T>

/** Key of the `init()` option, dotted when nested; undefined = the name of the row, false = not settable in code. */
export type OptionKey = string | false | undefined

/** What a row is made from; the type of `option` is kept, so that `InitOptions` can be checked against the table. */
export interface RowOptions<T, Option extends OptionKey = OptionKey> {
  /** Environment variables, the canonical one first; the first that is set wins. */
  env?: string | readonly string[]
  option?: Option
  /** The value when the setting is not set. */
  fallback: T
  /** One sentence for the documentation, which is understandable without the sentences of other rows. */
  doc: string
  unit?: 'ms' | 's' | 'bytes'
  /** Reads the `OTEL_*` names in `env` behind the first, where they spell values in another way. */
  fromOtel?: OtelReader<T>
  /** Returns the part of the option's value that belongs to this row, where rows share an option. */
  pick?: (given: unknown) => unknown
  /** True: the value is never printed or reported. */
  isSecret?: boolean
}

/** A row of the configuration table. */
export interface Row<T, Option extends OptionKey = OptionKey> {
  env: readonly string[]
  option: Option
  fallback: T
  doc: string
  unit: string | undefined
  /** Kind of the value, for the documentation and for samples in tests. */
  kind: string
  /** True: an empty text is a value, not "unset". */
  emptyCounts: boolean
  isSecret: boolean
  /** True: the value is an object or a function of the application. */
  isCode: boolean
  fromOtel: OtelReader<T> | undefined
  pick: ((given: unknown) => unknown) | undefined
  fromText: (text: string) => Read<T>
  fromCode: (value: unknown) => Read<T>
}

/** Makes a row; without `fromCode`, a value from code is read as its text is. */
export function makeRow<T, Option extends OptionKey>(
  kind: string,
  options: RowOptions<T, Option>,
  fromText: (text: string) => Read<T>,
  fromCode?: (value: unknown) => Read<T>,
  { emptyCounts = false, isCode = false } = {},
): Row<T, Option> {
  const env = options.env ?? []
  return {
    env: typeof env === 'string' ? [env] : env,
    option: options.option as Option,
    fallback: options.fallback,
    doc: options.doc,
    unit: options.unit,
    kind,
    emptyCounts,
    isSecret: options.isSecret ?? false,
    isCode,
    fromOtel: options.fromOtel,
    pick: options.pick,
    fromText,
    fromCode:
      fromCode ?? (value => (isTextual(value) ? fromText(String(value)) : { problem: 'is not text' })),
  }
}

/** Returns whether `name` is the `OTEL_*` name of a setting whose canonical name is a `DD_*` name. */
export function isOtelTwin({ env }: Row<unknown>, name: string): boolean {
  return name !== env[0] && name.startsWith('OTEL_') && !env[0].startsWith('OTEL_')
}

/** Returns whether a value that code gave stands for its text; the text of an object, say, would mean nothing. */
export function isTextual(value: unknown): boolean {
  return /^(string|number|boolean|bigint)$/.test(typeof value) || value instanceof URL
}

/** Returns a URL without user, password and query; any other text as it is. */
export function withoutCredentials(text: string): string {
  return /^[a-z][a-z0-9+.-]*:\/\//i.test(text)
    ? text.replace(/\/\/[^/?#]*@/, '//').replace(/[?#].*$/s, '')
    : text
}
