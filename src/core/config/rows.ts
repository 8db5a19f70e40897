/** Makers of rows, one for each kind of value. */

import { isTextual, makeRow, type OptionKey, type Read, type Row, type RowOptions } from './row'

/** Makes a row for `true`, `false`, `1` or `0` in any case. */
export function bool<const Option extends OptionKey = undefined>(
  options: RowOptions<boolean, Option>,
): Row<boolean, Option> {
  return makeRow('boolean', options, text => {
    const lower = text.trim().toLowerCase()
    if (lower === 'true' || lower === '1') return { value: true }
    if (lower === 'false' || lower === '0') return { value: false }
    return { problem: 'is not true, false, 1 or 0' }
  })
}

/** Makes a row for an integer; a fraction is cut off. */
export function int<const Option extends OptionKey = undefined>(
  options: RowOptions<number, Option> & { min?: number; max?: number },
): Row<number, Option> {
  const check = (value: number): Read<number> => {
    if (Number.isNaN(value)) return { problem: 'is not an integer' }
    if (options.min !== undefined && value < options.min) return { problem: `is below ${options.min}` }
    if (options.max !== undefined && value > options.max) return { problem: `is above ${options.max}` }
    return { value }
  }
  // A number is not read through its text: that of 1e21 starts with 1.
  return makeRow(
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

/** Makes a row for a number that may have a fraction. */
export function decimal<const Option extends OptionKey = undefined>(
  options: RowOptions<number, Option> & { min: number },
): Row<number, Option> {
  return makeRow('number', options, text => {
    const value = text.trim() === '' ? Number.NaN : Number(text)
    if (Number.isNaN(value)) return { problem: 'is not a number' }
    return value < options.min ? { problem: `is below ${options.min}` } : { value }
  })
}

/** Makes a row for a rate between 0 and 1; a number outside of these is clamped, with a warning. */
export function rate<const Option extends OptionKey = undefined>(
  options: RowOptions<number | undefined, Option>,
): Row<number | undefined, Option> {
  return makeRow('rate 0..1', options, text => {
    const value = text.trim() === '' ? Number.NaN : Number(text)
    if (Number.isNaN(value)) return { problem: 'is not a number' }
    const clamped = Math.min(1, Math.max(0, value))
    return clamped === value ? { value } : { value: clamped, problem: 'is not between 0 and 1' }
  })
}

/** Makes a row for any text but the empty one, which means "not set". */
export function text<const T extends string | undefined, const Option extends OptionKey = undefined>(
  options: RowOptions<T, Option>,
): Row<string | T, Option> {
  return makeRow<string | T, Option>('text', options, value => ({ value }))
}

/** Makes a row for a text that may be empty. */
export function emptyableText<const Option extends OptionKey = undefined>(
  options: RowOptions<string, Option>,
): Row<string, Option> {
  return makeRow('text', options, value => ({ value }), undefined, { emptyCounts: true })
}

/** Makes a row for one of several texts, in any case; `synonyms` maps other texts to these. */
export function oneOf<const T extends string, const Option extends OptionKey = undefined>(
  allowed: readonly T[],
  options: RowOptions<NoInfer<T>, Option> & { synonyms?: Readonly<Record<string, NoInfer<T>>> },
): Row<T, Option> {
  const synonyms = new Map(Object.entries(options.synonyms ?? {}))
  return makeRow<T, Option>(allowed.map(each => `\`${each}\``).join(', '), options, value => {
    const given = value.trim().toLowerCase()
    const found = synonyms.get(given) ?? allowed.find(each => each.toLowerCase() === given)
    return found === undefined ? { problem: `is not one of ${allowed.join(', ')}` } : { value: found }
  })
}

/** Makes a row for a list: texts separated by commas, or an array. */
export function list<const Option extends OptionKey = undefined>(
  options: RowOptions<readonly string[], Option> & { emptyCounts?: boolean },
): Row<readonly string[], Option> {
  const fromText = (value: string): Read<readonly string[]> => ({
    value: value
      .split(',')
      .map(each => each.trim())
      .filter(each => each !== ''),
  })
  return makeRow<readonly string[], Option>(
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

/** Texts by text. */
export type TextMap = Readonly<Record<string, string>>

/** Makes a row for a map `k:v,k:v`; with `spaces`, a text without a comma is separated by spaces instead. */
export function map<const Option extends OptionKey = undefined>(
  options: RowOptions<TextMap, Option> & { spaces?: boolean },
): Row<TextMap, Option> {
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
  return makeRow<TextMap, Option>('map `k:v,k:v`', options, fromText, value => {
    if (isTextual(value)) return fromText(String(value))
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      return { problem: 'is not a map' }
    const out: Record<string, string> = {}
    for (const [key, entry] of Object.entries(value)) if (isTextual(entry)) out[key] = String(entry)
    return { value: out }
  })
}

/**
 * Makes a row for a map `k=v,k=v` with percent-encoded values, as OpenTelemetry spells maps; parts that are not pairs
 * are left out, with a warning.
 */
export function keyValueMap<const Option extends OptionKey = undefined>(
  options: RowOptions<TextMap, Option>,
): Row<TextMap, Option> {
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
  return makeRow<TextMap, Option>('map `k=v,k=v`', options, fromText)
}

/** Returns `text` decoded, or as it is where its percent signs mean nothing. */
export function percentDecoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

/** Makes a row for a value that variables spell as JSON; `check` reads the parsed value. */
export function json<T, const Option extends OptionKey = undefined>(
  options: RowOptions<T, Option> & { check: (value: unknown) => Read<T> },
): Row<T, Option> {
  const fromText = (value: string): Read<T> => {
    try {
      return options.check(JSON.parse(value))
    } catch {
      return { problem: 'is not valid JSON' }
    }
  }
  return makeRow<T, Option>('JSON', options, fromText, value =>
    typeof value === 'string' ? fromText(value) : options.check(value),
  )
}

/** Makes a row for something that only code can give, such as a function or an object. */
export function inCode<T, const Option extends OptionKey = undefined>(
  kind: string,
  options: RowOptions<T | undefined, Option> & { check: (value: unknown) => value is T },
): Row<T | undefined, Option> {
  return makeRow<T | undefined, Option>(
    kind,
    options,
    () => ({ problem: 'can only be set in code' }),
    value => (options.check(value) ? { value } : { problem: `is not a ${kind}` }),
    { isCode: true },
  )
}
