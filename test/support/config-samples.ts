/** Texts that a row of the configuration table accepts, and texts that it refuses, by the row's kind. */

import type { Row } from '../../src/core/config/row'
import { table } from '../../src/core/config/table'

export const ROWS = Object.entries(table) as [string, Row<unknown>][]

/** Rows that variables can set. */
export const TEXT_ROWS = ROWS.filter(([, row]) => row.env.length > 0)

/** Names of a row that are read as its canonical one is. */
export function plainNames(row: Row<unknown>): string[] {
  return row.env.filter(
    (name, index) => index === 0 || row.fromOtel === undefined || !name.startsWith('OTEL_'),
  )
}

/** A text that means something else than the row's fallback. Throws for a kind it does not know: add it. */
export function goodText({ env, kind, fallback }: Row<unknown>): string {
  // Another row reads it too, and knows which exporters there are.
  if (env[0] === 'OTEL_TRACES_EXPORTER') return 'otlp'
  if (kind === 'boolean') return String(fallback !== true)
  if (kind === 'number') return String((fallback as number) + 0.5)
  if (kind === 'integer') return String((fallback as number) + 1)
  if (kind === 'rate 0..1') return '0.25'
  if (kind === 'text') return 'sample'
  if (kind === 'list') return 'first,second'
  if (kind.startsWith('map ')) return kind.includes('=') ? 'key=value' : 'key:value'
  if (kind === 'JSON') return '[{"sample_rate":0.5}]'
  const choice = choices(kind).find(each => each !== fallback)
  if (choice !== undefined) return choice
  throw new Error(`no sample for a row of kind ${kind}`)
}

/** Undefined where any text will do. */
export function badText({ kind }: Row<unknown>): string | undefined {
  if (kind === 'boolean') return 'maybe'
  if (kind === 'integer' || kind === 'number' || kind === 'rate 0..1') return 'x'
  if (kind === 'JSON') return '[{'
  return choices(kind).length > 0 ? 'nonsense' : undefined
}

function choices(kind: string): string[] {
  return [...kind.matchAll(/`([^`]+)`/g)].map(match => match[1]).filter(each => !each.includes(':'))
}

/** `{ tracePropagationStyle: { inject: value } }` for a dotted path. */
export function optionsWith(path: string, value: unknown): Record<string, unknown> {
  return path.split('.').reduceRight((inner: unknown, key) => ({ [key]: inner }), value) as Record<
    string,
    unknown
  >
}
