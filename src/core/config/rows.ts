/** Makers of configuration rows: what a setting is called, how its text is read, and what it is when nobody sets it. */

/** Outcome of reading a value: the value, or what is wrong with it. */
export type Read<T> = { value: T; problem?: string } | { problem: string; value?: undefined }

export interface RowOptions<T> {
  /** Environment variables, the canonical one first; the first that is set wins. */
  env?: string | readonly string[]
  /** Key of `init()` options, dotted when nested; default: the row's name. False = not settable in code. */
  option?: string | false
  fallback: T
  /** One sentence for the documentation. */
  doc: string
  unit?: 'ms' | 's' | 'bytes'
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
  fromText: (text: string) => Read<T>
  fromCode: (value: unknown) => Read<T>
}

function row<T>(
  kind: string,
  options: RowOptions<T>,
  fromText: (text: string) => Read<T>,
  fromCode?: (value: unknown) => Read<T>,
  emptyCounts = false,
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
    fromText,
    fromCode: fromCode ?? (value => fromText(String(value))),
  }
}

export function bool(options: RowOptions<boolean>): Row<boolean> {
  return row('boolean', options, text => {
    const lower = text.trim().toLowerCase()
    if (lower === 'true' || lower === '1') return { value: true }
    if (lower === 'false' || lower === '0') return { value: false }
    return { problem: 'is not true, false, 1 or 0' }
  })
}

export function int(options: RowOptions<number> & { min?: number; max?: number }): Row<number> {
  return row('integer', options, text => {
    const value = Number.parseInt(text, 10)
    if (Number.isNaN(value)) return { problem: 'is not an integer' }
    if (options.min !== undefined && value < options.min) return { problem: `is below ${options.min}` }
    if (options.max !== undefined && value > options.max) return { problem: `is above ${options.max}` }
    return { value }
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
  return row<string>('text', options, value => ({ value }), undefined, true)
}

export function oneOf<const T extends string>(allowed: readonly T[], options: RowOptions<T>): Row<T> {
  return row<T>(allowed.map(each => `\`${each}\``).join(', '), options, value => {
    const found = allowed.find(each => each.toLowerCase() === value.trim().toLowerCase())
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
    value => (Array.isArray(value) ? { value: value.map(String) } : fromText(String(value))),
    options.emptyCounts,
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
    if (typeof value !== 'object' || value === null) return fromText(String(value))
    const out: Record<string, string> = {}
    for (const [key, entry] of Object.entries(value))
      if (entry !== undefined && entry !== null) out[key] = String(entry)
    return { value: out }
  })
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
  )
}
