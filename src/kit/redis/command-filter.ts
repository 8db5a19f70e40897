/** Selection of the commands to trace: `filter`, or `allowlist` (default: all) minus `blocklist`. */

import { guarded } from '../guard'

type Pattern = string | RegExp

/**
 * Returns a predicate made from the options; undefined when they exclude nothing. The predicate gets the name of a
 * command in upper case. Case does not matter in the options; a text matches a whole name.
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
    // The flags `g` and `y` are dropped: with them a pattern remembers where it last matched.
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
