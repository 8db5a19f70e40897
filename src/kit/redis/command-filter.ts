/** Which commands are traced: `filter` before `allowlist` (default: all) minus `blocklist`. */

import { guarded } from '../guard'

type Pattern = string | RegExp

/**
 * A predicate made from integration options, or undefined when they exclude nothing. It is asked with a name in upper
 * case; how an option spells it does not matter. A text means the whole name.
 */
export function commandFilter(
  options: Readonly<Record<string, unknown>>,
): ((name: string) => boolean) | undefined {
  if (typeof options.filter === 'function') {
    const filter = options.filter as (name: string) => unknown
    return guarded('filter', name => Boolean(filter(name)), true)
  }
  const allow = patterns(options.allowlist ?? options.whitelist)
  const block = patterns(options.blocklist ?? options.blacklist)
  if (allow === undefined && block === undefined) return undefined
  return name =>
    (allow === undefined || matches(allow, name)) && !(block !== undefined && matches(block, name))
}

function patterns(value: unknown): Pattern[] | undefined {
  if (value === undefined || value === null) return undefined
  const found: Pattern[] = []
  for (const each of Array.isArray(value) ? value : [value]) {
    if (typeof each === 'string') found.push(each.toUpperCase())
    // Without the flags that make a pattern remember where it was.
    else if (each instanceof RegExp)
      found.push(new RegExp(each.source, `${each.flags.replace(/[giy]/g, '')}i`))
  }
  return found
}

function matches(list: readonly Pattern[], name: string): boolean {
  for (const pattern of list) {
    if (typeof pattern === 'string' ? pattern === name : pattern.test(name)) return true
  }
  return false
}
