/**
 * Files of the product APM_TRACING. `lib_config` holds the settings to change; those that are null or missing stay:
 *
 * | field | value |
 * |---|---|
 * | `tracing_enabled`, `log_injection_enabled` | boolean, also as text |
 * | `tracing_sampling_rate` | 0..1 |
 * | `tracing_sampling_rules` | `[{service, resource, tags: [{key, value_glob}], sample_rate, provenance}]` |
 * | `tracing_header_tags` | `[{header, tag_name}]` |
 * | `tracing_tags` | `['key:value']` |
 *
 * Of several files the most specific one wins, field by field.
 */

import type { Config } from '../core/config/resolve'
import { parseRules } from '../trace/sampling/rules'
import { objectIn } from './targets'

/** Rows of the configuration that can change while the program runs. */
export type LiveRow = 'enabled' | 'logInjection' | 'sampleRate' | 'samplingRules' | 'headerTags' | 'tags'
/** Values that files set, by row. */
export type Overrides = Partial<Pick<Config, LiveRow>>

/** A file that could be read. */
export interface TracingFile {
  /** Whether the file is for this service and environment. */
  readonly applies: boolean
  /**
   * How specific the file is: 1 whole organisation, 2 cluster, 3 environment, 4 service, 5 service in an environment.
   */
  readonly rank: number
  readonly values: Overrides
}

type Fields = Readonly<Record<string, unknown>>

/** Reads a file. Throws an error with a sentence if any value cannot be used: then the whole file is refused. */
export function readTracing(
  content: unknown,
  { service, env }: Pick<Config, 'service' | 'env'>,
): TracingFile {
  const file = objectIn(content, 'the configuration')
  const target = objectIn(file.service_target ?? {}, 'service_target')
  const wanted = { service: nameIn(target.service), env: nameIn(target.env) }
  const isCluster = (file.k8s_target_v2 ?? file.k8s_target ?? undefined) !== undefined
  return {
    applies: fits(wanted.service, service) && fits(wanted.env, env),
    rank: rankOf(wanted.service !== undefined, wanted.env !== undefined, isCluster),
    values: readValues(objectIn(file.lib_config ?? {}, 'lib_config')),
  }
}

/**
 * Merges the files that apply, field by field. `files` must be in a stable order: of equal ranks the later one wins.
 */
export function merge(files: readonly TracingFile[]): Overrides {
  const merged: Overrides = {}
  const sorted = files.filter(({ applies }) => applies).sort((one, other) => one.rank - other.rank)
  for (const { values } of sorted) Object.assign(merged, values)
  return merged
}

function rankOf(hasService: boolean, hasEnv: boolean, isCluster: boolean): number {
  if (hasService) return hasEnv ? 5 : 4
  if (hasEnv) return 3
  return isCluster ? 2 : 1
}

/** Returns the name in lower case; undefined if any name fits. */
function nameIn(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' && value !== '*' ? value.toLowerCase() : undefined
}

/** Compares names without regard to case, since the backend writes lower case. */
function fits(wanted: string | undefined, own: string | undefined): boolean {
  return wanted === undefined || wanted === own?.toLowerCase()
}

function readValues(fields: Fields): Overrides {
  const values: Record<string, unknown> = {}
  for (const [field, [row, read]] of Object.entries(READERS)) {
    const given = Object.hasOwn(fields, field) ? fields[field] : undefined
    if (given !== undefined && given !== null) values[row] = read(given, field)
  }
  return values
}

const READERS: Record<string, [LiveRow, (value: unknown, field: string) => unknown]> = {
  tracing_enabled: ['enabled', flag],
  log_injection_enabled: ['logInjection', flag],
  tracing_sampling_rate: ['sampleRate', rate],
  tracing_sampling_rules: ['samplingRules', rules],
  tracing_header_tags: ['headerTags', headerTags],
  tracing_tags: ['tags', tags],
}

function flag(value: unknown, field: string): boolean {
  if (value === true || value === 'true') return true
  if (value === false || value === 'false') return false
  throw new Error(`${field} is not true or false`)
}

function rate(value: unknown, field: string): number {
  if (typeof value === 'number' && value >= 0 && value <= 1) return value
  throw new Error(`${field} is not a number between 0 and 1`)
}

/** Returns the rules in the form of `DD_TRACE_SAMPLING_RULES`. */
function rules(value: unknown, field: string): readonly Fields[] {
  const list = objectsIn(value, field).map(rule =>
    Array.isArray(rule.tags) ? { ...rule, tags: patternsIn(rule.tags, field) } : rule,
  )
  const [problem] = parseRules(list).problems
  if (problem !== undefined) throw new Error(problem)
  return list
}

function patternsIn(list: unknown[], field: string): Fields {
  return Object.fromEntries(
    objectsIn(list, field).map(({ key, value_glob }) => [textIn(key, field), textIn(value_glob, field)]),
  )
}

function headerTags(value: unknown, field: string): readonly string[] {
  return objectsIn(value, field).map(({ header, tag_name }) => {
    const name = textIn(header, field)
    return typeof tag_name === 'string' && tag_name !== '' ? `${name}:${tag_name}` : name
  })
}

function tags(value: unknown, field: string): Readonly<Record<string, string>> {
  if (!Array.isArray(value)) throw new Error(`${field} is not a list`)
  const pairs = value.map((entry): [string, string] => {
    const text = textIn(entry, field)
    const colon = text.indexOf(':')
    return colon < 0 ? [text.trim(), ''] : [text.slice(0, colon).trim(), text.slice(colon + 1).trim()]
  })
  return Object.fromEntries(pairs.filter(([key]) => key !== '' && key !== '__proto__'))
}

function objectsIn(value: unknown, field: string): readonly Fields[] {
  if (!Array.isArray(value)) throw new Error(`${field} is not a list`)
  return value.map(entry => objectIn(entry, `an entry of ${field}`))
}

function textIn(value: unknown, field: string): string {
  if (typeof value !== 'string' || value === '') throw new Error(`an entry of ${field} is not text`)
  return value
}
