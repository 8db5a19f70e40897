/** Makers of configuration rows: what a setting is called, how its text is read, and what it is when nobody sets it. */

/** Outcome of reading a value: the value, what is wrong with it, or both; neither = as if it were not set. */
export interface Read<T> {
  value?: T
  problem?: string
  /** What the user should know of a value that is not wrong. */
  remark?: string
}

/** How an `OTEL_*` variable is read; `variable` looks up others in the same place. */
export type OtelReader<T> = (
  text: string,
  name: string,
  variable: (name: string) => string | undefined,
) => Read<T>

export interface RowOptions<T> {
  /** Environment variables, the canonical one first; the first that is set wins. */
  env?: string | readonly string[]
  /** Key of `init()` options, dotted when nested; default: the row's name. False = not settable in code. */
  option?: string | false
  fallback: T
  /** One sentence for the documentation. */
  doc: string
  unit?: 'ms' | 's' | 'bytes'
  /** Reads the `OTEL_*` names in `env` behind the first, where they spell values in another way. */
  fromOtel?: OtelReader<T>
  /** What of the option's value concerns this row, where rows share an option. */
  pick?: (given: unknown) => unknown
  /** Its value is never printed or reported. */
  isSecret?: boolean
}

export interface Row<T> {
  env: readonly string[]
  option: string | false | undefined
  fallback: T
  doc: string
  unit: string | undefined
  /** Kind of value, for the documentation. */
  kind: string
  /** An empty text is a value, not "unset". */
  emptyCounts: boolean
  isSecret: boolean
  /** Holds an object or function of the application's. */
  isCode: boolean
  fromOtel: OtelReader<T> | undefined
  pick: ((given: unknown) => unknown) | undefined
  fromText: (text: string) => Read<T>
  fromCode: (value: unknown) => Read<T>
}

function row<T>(
  kind: string,
  options: RowOptions<T>,
  fromText: (text: string) => Read<T>,
  fromCode?: (value: unknown) => Read<T>,
  { emptyCounts = false, isCode = false } = {},
): Row<T> {
  const env = options.env ?? []
  return {
    env: typeof env === 'string' ? [env] : env,
    option: options.option,
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

/** Whether a name of a row is OpenTelemetry's for what has a name of its own. */
export function isOtelTwin({ env }: Row<unknown>, name: string): boolean {
  return name !== env[0] && name.startsWith('OTEL_') && !env[0].startsWith('OTEL_')
}

/** Whether the text of a value that code gave is what its author meant. */
function isTextual(value: unknown): boolean {
  return /^(string|number|boolean|bigint)$/.test(typeof value) || value instanceof URL
}

/** A URL without user, password and query; any other text as it is. */
export function withoutCredentials(text: string): string {
  return /^[a-z][a-z0-9+.-]*:\/\//i.test(text)
    ? text.replace(/\/\/[^/?#]*@/, '//').replace(/[?#].*$/s, '')
    : text
}

export function bool(options: RowOptions<boolean>): Row<boolean> {
  return row('boolean', options, text => {
    const lower = text.trim().toLowerCase()
    if (lower === 'true' || lower === '1') return { value: true }
    if (lower === 'false' || lower === '0') return { value: false }
    return { problem: 'is not true, false, 1 or 0' }
  })
}

/** A fraction is cut off. */
export function int(options: RowOptions<number> & { min?: number; max?: number }): Row<number> {
  const check = (value: number): Read<number> => {
    if (Number.isNaN(value)) return { problem: 'is not an integer' }
    if (options.min !== undefined && value < options.min) return { problem: `is below ${options.min}` }
    if (options.max !== undefined && value > options.max) return { problem: `is above ${options.max}` }
    return { value }
  }
  // Not through text: that of 1e21 starts with 1.
  return row(
    'integer',
    options,
    text => check(Number.parseInt(text, 10)),
    value =>
      check(
        typeof value === 'number'
          ? Math.trunc(value)
          : Number.parseInt(isTextual(value) ? String(value) : '', 10),
      ),
  )
}

/** A number that may have a fraction. */
export function decimal(options: RowOptions<number> & { min: number }): Row<number> {
  return row('number', options, text => {
    const value = text.trim() === '' ? Number.NaN : Number(text)
    if (Number.isNaN(value)) return { problem: 'is not a number' }
    return value < options.min ? { problem: `is below ${options.min}` } : { value }
  })
}

/** A rate between 0 and 1; outside of that it is clamped, with a warning. */
export function rate(options: RowOptions<number | undefined>): Row<number | undefined> {
  return row('rate 0..1', options, text => {
    const value = text.trim() === '' ? Number.NaN : Number(text)
    if (Number.isNaN(value)) return { problem: 'is not a number' }
    const clamped = Math.min(1, Math.max(0, value))
    return clamped === value ? { value } : { value: clamped, problem: 'is not between 0 and 1' }
  })
}

export function text<T extends string | undefined>(options: RowOptions<T>): Row<string | T> {
  return row<string | T>('text', options, value => ({ value }))
}

/** Text for which the empty text means something. */
export function emptyableText(options: RowOptions<string>): Row<string> {
  return row<string>('text', options, value => ({ value }), undefined, { emptyCounts: true })
}

/** `synonyms`: other texts for some of the values. */
export function oneOf<const T extends string>(
  allowed: readonly T[],
  options: RowOptions<NoInfer<T>> & { synonyms?: Readonly<Record<string, NoInfer<T>>> },
): Row<T> {
  const synonyms = new Map(Object.entries(options.synonyms ?? {}))
  return row<T>(allowed.map(each => `\`${each}\``).join(', '), options, value => {
    const given = value.trim().toLowerCase()
    const found = synonyms.get(given) ?? allowed.find(each => each.toLowerCase() === given)
    return found === undefined ? { problem: `is not one of ${allowed.join(', ')}` } : { value: found }
  })
}

export function list(
  options: RowOptions<readonly string[]> & { emptyCounts?: boolean },
): Row<readonly string[]> {
  const fromText = (value: string): Read<readonly string[]> => ({
    value: value
      .split(',')
      .map(each => each.trim())
      .filter(each => each !== ''),
  })
  return row<readonly string[]>(
    'list',
    options,
    fromText,
    value => {
      if (Array.isArray(value)) return { value: value.filter(isTextual).map(String) }
      return isTextual(value) ? fromText(String(value)) : { problem: 'is not a list' }
    },
    { emptyCounts: options.emptyCounts },
  )
}

export type TextMap = Readonly<Record<string, string>>

/** `k:v,k:v`; with `spaces`, a text without a comma is separated by spaces instead. */
export function map(options: RowOptions<TextMap> & { spaces?: boolean }): Row<TextMap> {
  const fromText = (value: string): Read<TextMap> => {
    const separator = options.spaces === true && !value.includes(',') ? /\s+/ : ','
    const out: Record<string, string> = {}
    for (const pair of value.split(separator)) {
      const colon = pair.indexOf(':')
      const key = (colon < 0 ? pair : pair.slice(0, colon)).trim()
      if (key !== '' && key !== '__proto__') out[key] = colon < 0 ? '' : pair.slice(colon + 1).trim()
    }
    return { value: out }
  }
  return row<TextMap>('map `k:v,k:v`', options, fromText, value => {
    if (isTextual(value)) return fromText(String(value))
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      return { problem: 'is not a map' }
    const out: Record<string, string> = {}
    for (const [key, entry] of Object.entries(value)) if (isTextual(entry)) out[key] = String(entry)
    return { value: out }
  })
}

/** `k=v,k=v` with percent-encoded values, as OpenTelemetry spells maps; what is no pair is left out, and said. */
export function keyValueMap(options: RowOptions<TextMap>): Row<TextMap> {
  const fromText = (value: string): Read<TextMap> => {
    const out: Record<string, string> = {}
    let isBad = false
    for (const pair of value.split(',')) {
      const equals = pair.indexOf('=')
      const key = pair.slice(0, Math.max(0, equals)).trim()
      if (key !== '' && key !== '__proto__') out[key] = percentDecoded(pair.slice(equals + 1).trim())
      else if (pair.trim() !== '') isBad = true
    }
    if (!isBad) return { value: out }
    const problem = 'has parts that are not key=value'
    return Object.keys(out).length === 0 ? { problem } : { value: out, problem }
  }
  return row<TextMap>('map `k=v,k=v`', options, fromText)
}

function percentDecoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

export function json<T>(options: RowOptions<T> & { check: (value: unknown) => Read<T> }): Row<T> {
  const fromText = (value: string): Read<T> => {
    try {
      return options.check(JSON.parse(value))
    } catch {
      return { problem: 'is not valid JSON' }
    }
  }
  return row<T>('JSON', options, fromText, value =>
    typeof value === 'string' ? fromText(value) : options.check(value),
  )
}

/** Something that only code can give, such as a function or an object. */
export function inCode<T>(
  kind: string,
  options: RowOptions<T> & { check: (value: unknown) => boolean },
): Row<T> {
  return row<T>(
    kind,
    options,
    () => ({ problem: 'can only be set in code' }),
    value => (options.check(value) ? { value: value as T } : { problem: `is not a ${kind}` }),
    { isCode: true },
  )
}
