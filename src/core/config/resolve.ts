/**
 * Reads every row of the table from all sources, the strongest first: `init()` options, the fleet's file, the
 * environment, the host's file, the default. A source whose value cannot be used is passed over, with a warning.
 */

import { applyIdentity } from './identity'
import { type Hidden, Notes, type OtelEvent } from './notes'
import { isOtelTwin, type Row } from './row'
import { type Environment, type StableFiles, type TextSource, textSources } from './stable-files'
import { readSwitches } from './switches'
import { table } from './table'

type Values = { [Name in keyof typeof table]: (typeof table)[Name] extends Row<infer T> ? T : never }

/** Source of a value. */
export type Origin =
  | 'default'
  | 'local_stable_config'
  | 'env_var'
  | 'fleet_stable_config'
  | 'code'
  | 'calculated'
  | 'remote_config'

/** All settings, with their origins. */
export interface Config extends Readonly<Values> {
  /** Origin of each value, by row. */
  readonly origins: Readonly<Record<keyof Values, Origin>>
  /** The variable that each value was read from, by row; rows without a variable are missing. */
  readonly variables: Readonly<Partial<Record<keyof Values, string>>>
  /** `config_id` of a file, by the origin of its values. */
  readonly configIds: Readonly<Partial<Record<Origin, string>>>
  /** Values of `DD_TRACE_<NAME>_ENABLED`, by `<NAME>`. */
  readonly switches: ReadonlyMap<string, boolean>
  /** Sentences about settings that could not be used: warnings. */
  readonly problems: readonly string[]
  /** Variables that `init()` options hide: for information. */
  readonly hidden: readonly Hidden[]
  /** Variables of the environment that belong to no row, such as switches of integrations. */
  readonly unknownVariables: readonly string[]
  /** Keys of `init()` options that belong to no row. */
  readonly unknownOptions: readonly string[]
  /** `OTEL_*` variables that were not used, for telemetry. */
  readonly otelEvents: readonly OtelEvent[]
}

type Options = Readonly<Record<string, unknown>>

interface Found {
  value: unknown
  origin: Origin
  variable?: string
}

const rows = Object.entries(table) as [keyof Values, Row<unknown>][]

/** Returns the settings of all sources. Never throws. `files` is what `readStableFiles()` found; default: none. */
export function resolveConfig(
  options: Options = {},
  env: Environment = process.env,
  files: StableFiles = {},
): Config {
  const notes = new Notes(files.problems)
  const sources = textSources(env, files)
  const values: Record<string, unknown> = {}
  const origins: Record<string, Origin> = {}
  const variables: Record<string, string> = {}
  for (const [name, row] of rows) {
    const coded = fromCode(name, row, options, notes)
    const found = coded ?? fromTexts(row, sources, notes)
    values[name] = found === undefined ? row.fallback : found.value
    origins[name] = found?.origin ?? 'default'
    if (found?.variable !== undefined) variables[name] = found.variable
    notes.settle(row, values[name])
    if (coded !== undefined) noteHidden(row, coded.value, row.option || name, sources, notes)
  }
  applyOtelDebug(values, origins, variables)
  applyIdentity(values, origins, env)
  return {
    ...(values as Values),
    origins: origins as Config['origins'],
    variables,
    configIds: { local_stable_config: files.local?.configId, fleet_stable_config: files.fleet?.configId },
    switches: readSwitches(sources, isRow, notes),
    // A variable may belong to several rows; what is wrong with it is said once.
    problems: [...new Set(notes.problems)],
    hidden: notes.hidden,
    unknownVariables: unknownIn(sources),
    unknownOptions: unknownOptionsIn(options),
    otelEvents: notes.otelEvents,
  }
}

function fromCode(name: string, row: Row<unknown>, options: Options, notes: Notes): Found | undefined {
  if (row.option === false) return undefined
  const path = row.option ?? name
  const at = lookUp(options, path)
  const given = row.pick === undefined ? at : row.pick(at)
  if (given === undefined || given === null || (given === '' && !row.emptyCounts)) return undefined
  const read = row.fromCode(given)
  notes.read(row, `option ${path}`, given, read)
  return read.value === undefined ? undefined : { value: read.value, origin: 'code' }
}

function lookUp(options: Options, path: string): unknown {
  let at: unknown = options
  for (const key of path.split('.')) {
    if (typeof at !== 'object' || at === null) return undefined
    at = (at as Options)[key]
  }
  return at
}

function fromTexts(row: Row<unknown>, sources: readonly TextSource[], notes: Notes): Found | undefined {
  for (const { origin, variables } of sources) {
    for (const name of row.env) {
      const text = variables[name]
      if (text === undefined || (text === '' && !row.emptyCounts)) continue
      const isTwin = isOtelTwin(row, name)
      const read = readText(row, name, text, variables)
      notes.read(row, name, text, read)
      if (isTwin && read.problem !== undefined) notes.otelInvalid(row, name)
      if (read.value === undefined) continue
      if (!isTwin) noteHiddenOtel(row, name, variables, notes)
      return { value: read.value, origin, variable: name }
    }
  }
  return undefined
}

function readText(row: Row<unknown>, name: string, text: string, variables: Environment) {
  return row.fromOtel !== undefined && isOtelTwin(row, name)
    ? row.fromOtel(text, name, other => variables[other] || undefined)
    : row.fromText(text)
}

/** Notes `OTEL_*` variables beside the `DD_*` variable that is used, where they would have meant something. */
function noteHiddenOtel(row: Row<unknown>, used: string, variables: Environment, notes: Notes): void {
  for (const name of row.env) {
    const text = isOtelTwin(row, name) ? variables[name] : undefined
    if (text) notes.otelHidden(row, used, name, readText(row, name, text, variables).value !== undefined)
  }
}

/** Notes a variable that an option hides: its author may expect the variable to be used. */
function noteHidden(
  row: Row<unknown>,
  used: unknown,
  option: string,
  sources: readonly TextSource[],
  notes: Notes,
): void {
  const other = fromTexts(row, sources, new Notes())
  if (other?.variable !== undefined) notes.codeHides(row, option, used, other.variable, other.value)
}

/** Turns on `debug` for `OTEL_LOG_LEVEL=debug`: OpenTelemetry has no variable for `DD_TRACE_DEBUG`. */
function applyOtelDebug(
  values: Record<string, unknown>,
  origins: Record<string, Origin>,
  variables: Record<string, string>,
): void {
  if (variables.logLevel !== 'OTEL_LOG_LEVEL' || values.logLevel !== 'debug' || origins.debug !== 'default')
    return
  values.debug = true
  origins.debug = origins.logLevel
  variables.debug = variables.logLevel
}

function isRow(variable: string): boolean {
  return rows.some(([, row]) => row.env.includes(variable))
}

/**
 * Returns variables of the environment that belong to no row, such as switches of integrations. Files are left
 * out: they serve tracers of all languages. So is a product that this tracer does not have, and that is switched off.
 */
function unknownIn(sources: readonly TextSource[]): string[] {
  const variables = sources.find(({ origin }) => origin === 'env_var')?.variables ?? {}
  return Object.keys(variables).filter(
    name => variables[name] && !isRow(name) && !isOff(name, variables[name]),
  )
}

function isOff(name: string, text: string): boolean {
  return name.endsWith('_ENABLED') && !/^DD_(APM_)?TRAC/.test(name) && /^(false|0)$/i.test(text.trim())
}

/** Returns keys of the options that belong to no row; with `dogstatsd.x` for what lies in an object. */
function unknownOptionsIn(options: Options): string[] {
  const known = optionKeys()
  return Object.keys(options).flatMap(key => {
    if (known.includes(key)) return []
    const nested = known.filter(each => each.startsWith(`${key}.`))
    const inner = options[key]
    if (nested.length === 0 || typeof inner !== 'object' || inner === null)
      return nested.length > 0 ? [] : [key]
    return Object.keys(inner)
      .map(each => `${key}.${each}`)
      .filter(each => !nested.includes(each))
  })
}

/** Returns the keys of all options, dotted where they are nested. */
export function optionKeys(): string[] {
  return rows.flatMap(([name, row]) => (row.option === false ? [] : [row.option ?? name]))
}

/** Returns the names of all variables. */
export function variableNames(): string[] {
  return rows.flatMap(([, row]) => row.env)
}
