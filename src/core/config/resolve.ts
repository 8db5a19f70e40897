/**
 * Reads every row of the table from all sources. The strongest first: `init()` options, the fleet's file, environment,
 * the host's file, default. A source whose value cannot be used is passed over, with a warning.
 */

import { applyIdentity } from './identity'
import { type Hidden, Notes, type OtelEvent } from './notes'
import { isOtelTwin, type Row } from './row'
import { type Environment, type StableFiles, type TextSource, textSources } from './stable-files'
import { table } from './table'

type Values = { [Name in keyof typeof table]: (typeof table)[Name] extends Row<infer T> ? T : never }

/** Where a value came from. */
export type Origin =
  | 'default'
  | 'local_stable_config'
  | 'env_var'
  | 'fleet_stable_config'
  | 'code'
  | 'calculated'
  | 'remote_config'

export interface Config extends Readonly<Values> {
  /** Origin of each value, by row. */
  readonly origins: Readonly<Record<keyof Values, Origin>>
  /** Environment-style name that a value was found under, by row; only of values that were. */
  readonly variables: Readonly<Partial<Record<keyof Values, string>>>
  /** `config_id` of a file, by the origin of its values. */
  readonly configIds: Readonly<Partial<Record<Origin, string>>>
  /** `DD_TRACE_<NAME>_ENABLED` of integrations, by that NAME. */
  readonly switches: ReadonlyMap<string, boolean>
  /** Sentences about settings that could not be used: warnings. */
  readonly problems: readonly string[]
  /** What `init()` options hide that was set elsewhere: for information. */
  readonly hidden: readonly Hidden[]
  /** `init()` options that are none. */
  readonly unknownOptions: readonly string[]
  readonly otelEvents: readonly OtelEvent[]
}

type Options = Readonly<Record<string, unknown>>

interface Found {
  value: unknown
  origin: Origin
  variable?: string
}

const rows = Object.entries(table) as [keyof Values, Row<unknown>][]

/** Never throws. `files`: what `readStableFiles()` found; none by default. */
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
    switches: switchesIn(sources, notes),
    // What is wrong with a variable of several rows is said once.
    problems: [...new Set(notes.problems)],
    hidden: notes.hidden,
    unknownOptions: Object.keys(options).filter(isNoOption),
    otelEvents: notes.otelEvents,
  }
}

function isNoOption(key: string): boolean {
  return !rows.some(([name, row]) => row.option !== false && (row.option ?? name).split('.')[0] === key)
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

/** `DD_*` is used and `OTEL_*` is set as well: said where the latter would have meant something. */
function noteHiddenOtel(row: Row<unknown>, used: string, variables: Environment, notes: Notes): void {
  for (const name of row.env) {
    const text = isOtelTwin(row, name) ? variables[name] : undefined
    if (text) notes.otelHidden(row, used, name, readText(row, name, text, variables).value !== undefined)
  }
}

/** Code wins over what is set outside of it, which surprises whoever sets it there. */
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

/** `OTEL_LOG_LEVEL=debug` is all that OpenTelemetry has for `DD_TRACE_DEBUG`. */
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

const SWITCH = /^DD_TRACE_(\w+)_ENABLED$/

function switchesIn(sources: readonly TextSource[], notes: Notes): Map<string, boolean> {
  const switches = new Map<string, boolean>()
  for (const { variables } of sources.toReversed()) {
    for (const name of Object.keys(variables)) {
      // Most names are none: cheaper than the expression.
      if (!name.startsWith('DD_TRACE_')) continue
      const match = SWITCH.exec(name)
      const text = match === null ? undefined : variables[name]
      if (match === null || !text) continue
      const lower = text.trim().toLowerCase()
      if (/^(true|1|false|0)$/.test(lower)) switches.set(match[1], lower === 'true' || lower === '1')
      else if (!rows.some(([, row]) => row.env.includes(name))) notes.badSwitch(name, text)
    }
  }
  return switches
}
