/**
 * Warnings of names that mean nothing to this tracer: one for each kind of name. A variable that may be meant for
 * another program (the agent, another product, a tracer of another language) is passed over in silence. Loaded only
 * when a name is not known.
 */

import { switchName, switchVariable } from '../switches'
import { FAMILIES, NAMES, SWITCHES } from './dd-trace-names'
import { nearest } from './nearest'

/** What an integration is to its switch. */
export interface Switchable {
  readonly name: string
  /** Modules that the integration patches; dd-trace has a switch for each. */
  readonly modules: readonly string[]
}

/** Names that this tracer knows. */
export interface KnownNames {
  readonly variables: readonly string[]
  readonly options: readonly string[]
  readonly integrations: readonly Switchable[]
}

/** A variable with this beginning is meant for a tracer, whether a known name is near or not. */
const OF_TRACERS =
  /^(DD_(TRACE|PROFILING|RUNTIME_METRICS|SPAN_SAMPLING|DBM)|OTEL_(BSP|BLRP|EXPORTER_OTLP_(TRACES|LOGS)))_/

/**
 * A variable with this beginning may be read by the agent, by its installer or by AWS Lambda's extension, or be made
 * by Kubernetes for a service named `dd-agent`: only a name with one edit is taken for a misspelt one.
 */
const OF_OTHERS = new RegExp(
  '^DD_(DD_URL|HOSTNAME_|AGENT_|TRACE_AGENT_|APM_|LAMBDA_|INSTRUMENTATION_|INJECT|INTERNAL_|GIT_|LOGS_|LOG_|PROCESS_' +
    '|DOGSTATSD_|TRACE_(EXTRACTOR|MANAGED_SERVICES)$)',
)

/** At most so many names in one warning. */
const MAX_NAMES = 20

/**
 * Returns a warning for each kind of name that there is: misspelt variables, those of dd-trace, options of `init()`.
 */
export function warningsOf(
  variables: readonly string[],
  options: readonly string[],
  known: KnownNames,
): string[] {
  const unknown: string[] = []
  const unsupported: string[] = []
  for (const name of variables) {
    const place = isOfDdTrace(name) ? unsupported : unknown
    const meant = meantBy(name, known)
    if (meant !== undefined) place.push(`${name} (did you mean ${meant}?)`)
    else if (place === unsupported || isOfFamily(name)) unsupported.push(name)
    else if (OF_TRACERS.test(name) && !OF_OTHERS.test(name)) unknown.push(name)
  }
  const unknownOptions = options.map(name => {
    const meant = nearest(name, known.options, limitFor(name))
    return meant === undefined ? name : `${name} (did you mean ${meant}?)`
  })
  return [
    ...warning('unknown environment variables, without effect', unknown),
    ...warning('variables of dd-trace that this tracer does not support, without effect', unsupported),
    ...warning('unknown options of init(), without effect', unknownOptions),
  ]
}

function warning(begin: string, names: readonly string[]): string[] {
  if (names.length === 0) return []
  const more = names.length > MAX_NAMES ? ` and ${names.length - MAX_NAMES} more` : ''
  return [`${begin}: ${names.slice(0, MAX_NAMES).join(', ')}${more}`]
}

/** Returns `<NAME>` of `DD_TRACE_<NAME>_ENABLED`. */
function switchIn(variable: string): string | undefined {
  return /^DD_TRACE_(\w+)_ENABLED$/.exec(variable)?.[1]
}

function isOfDdTrace(name: string): boolean {
  return NAMES.has(name) || SWITCHES.has(switchIn(name) ?? '')
}

function isOfFamily(name: string): boolean {
  return FAMILIES.some(family => name.startsWith(family))
}

/** Returns the variable that `name` was meant to be. */
function meantBy(name: string, { variables, integrations }: KnownNames): string | undefined {
  const module = switchIn(name)
  const owner = integrations.find(({ modules }) => modules.some(path => moduleSwitch(path) === module))
  if (owner !== undefined) return switchVariable(owner.name)
  if (isOfDdTrace(name)) return undefined
  const all = [...variables, ...integrations.map(each => switchVariable(each.name))]
  const limit = limitFor(withoutPrefix(name).replace(/_ENABLED$/, ''))
  if (OF_OTHERS.test(name)) return nearest(name, all, 1)
  const near = nearest(name, all, OF_TRACERS.test(name) ? limit : Math.min(limit, 2))
  return near ?? all.find(each => withoutPrefix(each) === withoutPrefix(name))
}

/** Returns the part `<NAME>` of dd-trace's switch for a module: `HAPI_HAPI` for `@hapi/hapi`. */
function moduleSwitch(module: string): string {
  return switchName(module.replace(/^@/, ''))
}

/** Returns the rest of a name, which is the same where `TRACE_` was forgotten: `DD_SAMPLE_RATE`. */
function withoutPrefix(name: string): string {
  return name.replace(/^(DD|OTEL)_(TRACE_)?/, '')
}

/** Returns how many edits a misspelt name may have: one for each four letters, three at most; more is another word. */
function limitFor(name: string): number {
  return Math.min(3, Math.max(1, Math.floor(name.length / 4)))
}
