/**
 * Applies the rules of a configuration file, which give settings to some processes only: `apm_configuration_rules`, a
 * list of `{selectors: [{origin, key, operator, matches}], configuration}`. The first rule all of whose selectors
 * match counts.
 */

/** The parts of a process that selectors look at; `process` itself has these. */
export interface Self {
  env: Readonly<Record<string, string | undefined>>
  argv: readonly string[]
  execArgv: readonly string[]
}

type Content = Readonly<Record<string, unknown>>

/**
 * Returns the settings for all processes, overridden by those of the matching rule; undefined when `rules` is not a
 * list of rules.
 */
export function withRules(defaults: Content, rules: unknown, self: Self): Content | undefined {
  if (!Array.isArray(rules) || !rules.every(isMap)) return undefined
  const rule = rules.find(each => listOf(each.selectors).every(selector => isMatch(selector, self)))
  const own = rule === undefined || !isMap(rule.configuration) ? {} : rule.configuration
  return { ...defaults, ...own }
}

/**
 * Replaces `{{environment_variables['NAME']}}` and `{{process_arguments['--name']}}` in a value; what is not set
 * becomes empty.
 */
export function fillIn(value: string, self: Self): string {
  return value.replace(
    /\{\{\s*(\w+)\['([^']*)'\]\s*\}\}/g,
    (_all, origin, key) => ask(self, origin, key) ?? '',
  )
}

function isMatch(selector: unknown, self: Self): boolean {
  if (!isMap(selector)) return false
  const value = ask(self, selector.origin, selector.key)
  if (value === undefined) return false
  const lower = value.toLowerCase()
  const isOne = (test: (match: string) => boolean) =>
    listOf(selector.matches).some(match => typeof match === 'string' && test(match.toLowerCase()))
  // An operator that this version does not know matches nothing.
  switch (selector.operator) {
    case 'exists':
      return true
    case 'equals':
      return isOne(match => lower === match)
    case 'starts_with':
    case 'prefix_matches':
      return isOne(match => lower.startsWith(match))
    case 'ends_with':
    case 'suffix_matches':
      return isOne(match => lower.endsWith(match))
    case 'contains':
      return isOne(match => lower.includes(match))
    default:
      return false
  }
}

/** Returns the part of the process that a selector names; undefined where there is none. */
function ask({ env, argv, execArgv }: Self, origin: unknown, key: unknown): string | undefined {
  if (origin === 'language') return 'nodejs'
  if (typeof key !== 'string' || key === '') return undefined
  if (origin === 'environment_variables') return env[key]
  if (origin !== 'process_arguments') return undefined
  const found = [...execArgv, ...argv.slice(1)].find(each => each === key || each.startsWith(`${key}=`))
  return found?.slice(key.length + 1)
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}

function isMap(value: unknown): value is Content {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
