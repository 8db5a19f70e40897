/** What a text looks like with the ids in it. */

import { type LogCorrelation, withDd } from '../../src/kit/logs/index'

const ORDER = ['service', 'env', 'version', 'trace_id', 'span_id'] as const
/** The first character of what `console.table` draws: a text in front would shift its first line. */
const TABLE = '┌'

/** `isFormat`: the text has arguments, so `%` has a meaning in it. */
export function withPrefix(text: string, isFormat: boolean, correlation: LogCorrelation): string {
  if (text === '' || text.startsWith(TABLE)) return text
  if (isJson(text)) {
    const dd = correlation.json()
    return dd === '' ? text : withDd(text, isFormat ? escaped(dd) : dd)
  }
  const fields = correlation.fields()
  if (fields === undefined) return text
  const known = ORDER.filter(name => fields[name] !== undefined)
  const prefix = `[${known.map(name => `dd.${name}=${fields[name]}`).join(' ')}] `
  return (isFormat ? escaped(prefix) : prefix) + text
}

function escaped(text: string): string {
  return text.replaceAll('%', '%%')
}

function isJson(text: string): boolean {
  if (!text.startsWith('{')) return false
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}
