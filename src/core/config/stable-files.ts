/**
 * Reads settings from two files: the host's own, which is weaker than the environment, and the fleet's, which is
 * stronger. In each, the map `apm_configuration_default` has values by the names of environment variables,
 * `apm_configuration_rules` has such maps for some processes, and `config_id` identifies the file.
 */

import { existsSync, readFileSync, statSync } from 'node:fs'
import type { Self } from './stable-rules'

/** Texts by the names of environment variables. */
export type Environment = Readonly<Record<string, string | undefined>>

/** A place where settings are written as text under the names of environment variables. */
export interface TextSource {
  origin: 'fleet_stable_config' | 'env_var' | 'local_stable_config'
  variables: Environment
}

/** The settings of one file. */
export interface StableFile {
  variables: Environment
  configId?: string
}

/** The settings of both files, as far as they exist. */
export interface StableFiles {
  local?: StableFile
  fleet?: StableFile
  /** Sentences about files that could not be used. */
  problems?: readonly string[]
}

/** The paths of both files. */
export interface StablePaths {
  local: string
  fleet: string
}

const NAME = 'application_monitoring.yaml'
/** Size of the largest file that is read. All settings fit into a tenth of it; a larger file is something else. */
const MAX_BYTES = 256 * 1024

/** Returns the paths of both files on a platform. */
export function stablePaths(platform: NodeJS.Platform = process.platform): StablePaths {
  if (platform === 'win32') {
    const folder = 'C:\\ProgramData\\Datadog'
    return { local: `${folder}\\${NAME}`, fleet: `${folder}\\managed\\datadog-agent\\stable\\${NAME}` }
  }
  if (platform === 'darwin') {
    const folder = '/opt/datadog-agent/etc'
    return { local: `${folder}/${NAME}`, fleet: `${folder}/stable/${NAME}` }
  }
  const folder = '/etc/datadog-agent'
  return { local: `${folder}/${NAME}`, fleet: `${folder}/managed/datadog-agent/stable/${NAME}` }
}

/** Reads both files. Never throws; a file that does not exist costs one system call, and is no problem. */
export function readStableFiles(paths: StablePaths = stablePaths(), self: Self = process): StableFiles {
  const problems: string[] = []
  return {
    local: readStableFile(paths.local, self, problems),
    fleet: readStableFile(paths.fleet, self, problems),
    problems,
  }
}

/** Returns the sources of variables, the strongest first. */
export function textSources(env: Environment, { fleet, local }: StableFiles): TextSource[] {
  const sources: TextSource[] = [{ origin: 'env_var', variables: settingsIn(env) }]
  if (fleet !== undefined) sources.unshift({ origin: 'fleet_stable_config', variables: fleet.variables })
  if (local !== undefined) sources.push({ origin: 'local_stable_config', variables: local.variables })
  return sources
}

/**
 * Returns a copy of the variables that may be settings: `process.env` asks the system each time, and there are 150
 * names.
 */
function settingsIn(env: Environment): Environment {
  const settings: Record<string, string | undefined> = {}
  for (const name of Object.keys(env)) {
    // Windows does not tell upper from lower case.
    const key = process.platform === 'win32' ? name.toUpperCase() : name
    if (/^(DD|OTEL|DATADOG)_/.test(key)) settings[key] = env[name]
  }
  return settings
}

function readStableFile(path: string, self: Self, problems: string[]): StableFile | undefined {
  // A file in a folder that may not be read counts as missing.
  if (!existsSync(path)) return undefined
  let text: string
  try {
    const status = statSync(path)
    if (!status.isFile()) return refuse(path, 'it is not a file', problems)
    if (status.size > MAX_BYTES) return refuse(path, `it is larger than ${MAX_BYTES} bytes`, problems)
    text = readFileSync(path, 'utf8')
  } catch (error) {
    return refuse(path, `it cannot be read (${(error as NodeJS.ErrnoException).code})`, problems)
  }
  return parse(path, text, self, problems)
}

function parse(path: string, text: string, self: Self, problems: string[]): StableFile | undefined {
  let content: unknown
  try {
    // js-yaml is loaded when there is a file. Every scalar stays the text that it is: `DD_VERSION: 1.10` is not 1.1.
    const { FAILSAFE_SCHEMA, load } = require('js-yaml') as typeof import('js-yaml')
    content = load(text, { schema: FAILSAFE_SCHEMA })
  } catch {
    return refuse(path, 'it is not valid YAML', problems)
  }
  if (isNothing(content)) return undefined
  if (!isMap(content)) return refuse(path, 'it is not a map', problems)
  const { apm_configuration_default, apm_configuration_rules, config_id } = content
  const defaults = isNothing(apm_configuration_default) ? {} : apm_configuration_default
  if (!isMap(defaults)) return refuse(path, 'apm_configuration_default is not a map', problems)
  const { fillIn, withRules } = require('./stable-rules') as typeof import('./stable-rules')
  const rules = isNothing(apm_configuration_rules) ? [] : apm_configuration_rules
  const all = withRules(defaults, rules, self)
  if (all === undefined) return refuse(path, 'apm_configuration_rules is not a list of rules', problems)
  const variables = scalarsOf(path, all, problems)
  for (const name of Object.keys(variables)) variables[name] = fillIn(variables[name], self)
  const file: StableFile = { variables }
  if (typeof config_id === 'string') file.configId = config_id
  return file
}

function scalarsOf(
  path: string,
  map: Readonly<Record<string, unknown>>,
  problems: string[],
): Record<string, string> {
  const variables: Record<string, string> = {}
  for (const [name, value] of Object.entries(map)) {
    if (isNothing(value)) continue
    if (typeof value === 'string') variables[name] = value
    else problems.push(`${path}: ${name} is not a single value; it is not used`)
  }
  return variables
}

/** Returns whether a value is null, which may also be a text, since every scalar is read as text. */
function isNothing(value: unknown): boolean {
  return value === undefined || value === null || value === 'null' || value === '~'
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function refuse(path: string, why: string, problems: string[]): undefined {
  problems.push(`${path} is not used: ${why}`)
}
