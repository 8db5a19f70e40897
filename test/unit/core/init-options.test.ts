/**
 * `InitOptions` says what the configuration table says: its names and value types, which the compiler compares, and
 * its comments.
 */

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import type { Row } from '../../../src/core/config/row'
import { table } from '../../../src/core/config/table'
import type { InitOptions, RuntimeMetricsOptions, SamplingRule, SpanSamplingRule } from '../../../src/types'
import { ROOT } from '../../support/programs'

/** Options that take something else than the value of their row; `runtimeMetrics.enabled` has no row. */
interface Special {
  port: number | string
  samplingRules: readonly SamplingRule[]
  spanSamplingRules: readonly SpanSamplingRule[]
  tracePropagationStyle: readonly string[] | { inject?: readonly string[]; extract?: readonly string[] }
  profiling: boolean | 'auto'
  runtimeMetrics: boolean | RuntimeMetricsOptions
  'runtimeMetrics.enabled': boolean
  'dogstatsd.port': number | string
}

type Table = typeof table
type OptionOf<Name extends keyof Table> = Table[Name] extends Row<unknown, infer Option> ? Option : never
/** The option of a row; never where there is none. */
type Key<Name extends keyof Table> =
  OptionOf<Name> extends false ? never : OptionOf<Name> extends string ? OptionOf<Name> : Name
type ValueOf<Name extends keyof Table> = Table[Name] extends Row<infer Value> ? Value : never

/** Options and their types by the table; those of nested objects with dotted names. */
type ByTable = Omit<{ [Name in keyof Table as Key<Name>]: Given<ValueOf<Name>> }, keyof Special> & Special
/** Maps and lists of the table are read-only, which those of the options need not be. */
type Given<Value> = Value extends Readonly<Record<string, string>> ? Record<string, string> : Value

type Dotted<Prefix extends string, Options> = {
  [Name in keyof Options & string as `${Prefix}.${Name}`]-?: Options[Name]
}
/** Options and their types by `InitOptions`. */
type ByOptions = Required<Omit<InitOptions, 'dogstatsd'>> &
  Dotted<'dogstatsd', NonNullable<InitOptions['dogstatsd']>> &
  Dotted<'runtimeMetrics', RuntimeMetricsOptions>

type IsSame<A, B> = [NonNullable<A>, NonNullable<B>] extends [NonNullable<B>, NonNullable<A>] ? true : false
type At<Options, Name> = Name extends keyof Options ? Options[Name] : 'no such option'
/** Names that only one side has, or whose types differ. */
type Different<A, B> = {
  [Name in keyof A | keyof B]: IsSame<At<A, Name>, At<B, Name>> extends true ? never : Name
}[keyof A | keyof B]

describe('InitOptions', () => {
  test('has the names and value types of the table', () => {
    // The compiler refuses this with the names that differ.
    const different: Different<ByTable, ByOptions>[] = []
    const nothing: never[] = different
    assert.deepEqual(nothing, [])
  })

  const source = readFileSync(join(ROOT, 'src', 'types.ts'), 'utf8')
  const commented = commentsOf(source)
  const seen = new Set<string>()
  for (const [name, row] of Object.entries(table) as [string, Row<unknown>][]) {
    const option = row.option === undefined ? name : row.option
    if (option === false || seen.has(option)) continue
    seen.add(option)
    test(`says of ${option} what the table says, with the default`, () => {
      const comment = commented.get(option) ?? ''
      assert.equal(comment.slice(0, expectedComment(row).length), expectedComment(row))
    })
  }
})

function expectedComment(row: Row<unknown>): string {
  return row.doc.includes('Default:') ? row.doc : `${row.doc} Default: ${fallbackText(row)}.`
}

function fallbackText({ fallback, unit }: Row<unknown>): string {
  if (Array.isArray(fallback) && fallback.length > 0) return fallback.map(each => `\`${each}\``).join(', ')
  if (fallback === undefined || fallback === '' || typeof fallback === 'object') return 'none'
  const text = typeof fallback === 'string' ? `\`${fallback}\`` : String(fallback)
  return unit === undefined ? text : `${text} ${unit}`
}

/** Returns the comments of options as one line each, by the dotted name of the option. */
function commentsOf(text: string): Map<string, string> {
  const comments = new Map<string, string>()
  const prefixes = {
    InitOptions: '',
    DogStatsdOptions: 'dogstatsd.',
    RuntimeMetricsOptions: 'runtimeMetrics.',
  }
  for (const [name, prefix] of Object.entries(prefixes)) {
    const body = new RegExp(`export interface ${name} \\{([\\s\\S]*?)\\n\\}`).exec(text)?.[1] ?? ''
    for (const [, comment, option] of body.matchAll(/\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\n {2}(\w+)\?:/g)) {
      comments.set(
        prefix + option,
        comment
          .replaceAll(/\n\s*\* ?/g, ' ')
          .replaceAll(/\s+/g, ' ')
          .trim(),
      )
    }
  }
  return comments
}
