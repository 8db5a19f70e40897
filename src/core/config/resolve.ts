/** Reads every row of the table: `init()` options before the environment before the default. */

import { defaultIdentity } from './identity'
import type { Row } from './rows'
import { table } from './table'

type Values = { [Name in keyof typeof table]: (typeof table)[Name] extends Row<infer T> ? T : never }

/** Where a value came from. */
export type Origin = 'code' | 'env_var' | 'default' | 'calculated'

export interface Config extends Readonly<Values> {
  /** Origin of each value, by row. */
  readonly origins: Readonly<Record<keyof Values, Origin>>
  /** `DD_TRACE_<NAME>_ENABLED` of integrations, by that NAME. */
  readonly switches: ReadonlyMap<string, boolean>
  /** Sentences about settings that could not be used, each said once by the caller. */
  readonly problems: readonly string[]
}

export type Environment = Readonly<Record<string, string | undefined>>

/** Never throws: a bad value is a sentence in `problems`, and the next source is used. */
export function resolveConfig(
  options: Readonly<Record<string, unknown>> = {},
  env: Environment = process.env,
): Config {
  const values: Record<string, unknown> = {}
  const origins: Record<string, Origin> = {}
  const problems: string[] = []
  for (const [name, row] of Object.entries(table) as [string, Row<unknown>][]) {
    const found = fromCode(name, row, options, problems) ?? fromEnvironment(row, env, problems)
    values[name] = found === undefined ? row.fallback : found.value
    origins[name] = found?.origin ?? 'default'
  }
  applyIdentity(values, origins, env)
  return { ...(values as Values), origins: origins as Config['origins'], switches: switchesIn(env), problems }
}

function switchesIn(env: Environment): Map<string, boolean> {
  const switches = new Map<string, boolean>()
  for (const [name, text] of Object.entries(env)) {
    const match = /^DD_TRACE_(\w+)_ENABLED$/.exec(name)
    if (match !== null && text) switches.set(match[1], !/^(false|0)$/i.test(text.trim()))
  }
  return switches
}

interface Found {
  value: unknown
  origin: Origin
}

function fromCode(
  name: string,
  row: Row<unknown>,
  options: Readonly<Record<string, unknown>>,
  problems: string[],
): Found | undefined {
  if (row.option === false) return undefined
  const path = row.option ?? name
  const given = lookUp(options, path)
  if (given === undefined || given === null || (given === '' && !row.emptyCounts)) return undefined
  return use(row, row.fromCode(given), `option ${path}`, given, 'code', problems)
}

function fromEnvironment(row: Row<unknown>, env: Environment, problems: string[]): Found | undefined {
  for (const name of row.env) {
    const text = env[name]
    if (text === undefined || (text === '' && !row.emptyCounts)) continue
    const found = use(row, row.fromText(text), name, text, 'env_var', problems)
    if (found !== undefined) return found
  }
  return undefined
}

function use(
  row: Row<unknown>,
  read: { value?: unknown; problem?: string },
  source: string,
  given: unknown,
  origin: Origin,
  problems: string[],
): Found | undefined {
  const usable = 'value' in read && read.value !== undefined
  if (read.problem !== undefined) {
    const instead = usable ? read.value : row.fallback
    problems.push(`${source}=${show(given)} ${read.problem}; using ${show(instead)}`)
  }
  return usable ? { value: read.value, origin } : undefined
}

function show(value: unknown): string {
  try {
    const text = typeof value === 'string' ? `'${value}'` : (JSON.stringify(value) ?? String(value))
    return text.length > 200 ? `${text.slice(0, 200)}...` : text
  } catch {
    return typeof value
  }
}

function lookUp(options: Readonly<Record<string, unknown>>, path: string): unknown {
  let at: unknown = options
  for (const key of path.split('.')) {
    if (typeof at !== 'object' || at === null) return undefined
    at = (at as Record<string, unknown>)[key]
  }
  return at
}

/** `service`, `env` and `version` may also come from the tags, and from the application's package.json. */
function applyIdentity(
  values: Record<string, unknown>,
  origins: Record<string, Origin>,
  env: Environment,
): void {
  const tags = values.tags as Record<string, string>
  for (const key of ['service', 'env', 'version']) {
    if (values[key] === undefined && tags[key]) {
      values[key] = tags[key]
      origins[key] = origins.tags
    }
  }
  if (values.service !== undefined && values.version !== undefined) return
  const found = defaultIdentity(env)
  if (values.service === undefined) {
    values.service = found.service
    origins.service = 'calculated'
  }
  if (values.version === undefined && found.version !== undefined) {
    values.version = found.version
    origins.version = 'calculated'
  }
}
