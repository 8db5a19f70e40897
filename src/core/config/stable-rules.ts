/**
 * The rules of a configuration file, which give settings to some processes only: `apm_configuration_rules`, a list of
 * `{selectors: [{origin, key, operator, matches}], configuration}`. The first rule all of whose selectors match counts.
 */

/** What selectors may ask of a process; `process` itself is one. */
export interface Self {
  env: Readonly<Record<string, string | undefined>>
  argv: readonly string[]
  execArgv: readonly string[]
}

type Content = Readonly<Record<string, unknown>>

/** What the file says for everybody, with what a rule says for this process over it; undefined for no rules. */
export function withRules(defaults: Content, rules: unknown, self: Self): Content | undefined {
  if (!Array.isArray(rules) || !rules.every(isMap)) return undefined
  const rule = rules.find(each => listOf(each.selectors).every(selector => isMatch(selector, self)))
  const own = rule === undefined || !isMap(rule.configuration) ? {} : rule.configuration
  return { ...defaults, ...own }
}

/** `{{environment_variables['NAME']}}` and `{{process_arguments['--name']}}` in a value; what is not set is empty. */
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
  // An operator of times to come matches nothing.
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

/** Undefined where there is no such thing. */
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
