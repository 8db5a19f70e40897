/** Inserts the ids into a text. */

import { type LogCorrelation, withDd } from '../../src/kit/logs/index'

const ORDER = ['service', 'env', 'version', 'trace_id', 'span_id'] as const
/** First character of the output of `console.table`: a text in front would shift its first line. */
const TABLE = '┌'

/** Returns the text with the ids in front. `isFormat`: the text has arguments, so `%` is special in it. */
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
