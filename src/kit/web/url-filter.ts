/** Selection of the URLs to trace: `filter`, or `allowlist` (default: all) minus `blocklist`. */

type Pattern = string | RegExp | ((url: string) => boolean)

/**
 * Returns a predicate made from the options; undefined when they exclude nothing. A text matches the whole URL, or its
 * path without the query: `/health` also covers `/health?full=1`.
 */
export function urlFilter(
  options: Readonly<Record<string, unknown>>,
): ((url: string) => boolean) | undefined {
  if (typeof options.filter === 'function') {
    const filter = options.filter as (url: string) => unknown
    return url => Boolean(filter(url))
  }
  const allow = patterns(options.allowlist ?? options.whitelist)
  const block = patterns(options.blocklist ?? options.blacklist)
  if (allow === undefined && block === undefined) return undefined
  return url => (allow === undefined || matches(allow, url)) && !(block !== undefined && matches(block, url))
}

function patterns(value: unknown): Pattern[] | undefined {
  if (value === undefined || value === null) return undefined
  const all = Array.isArray(value) ? value : [value]
  return all.filter(
    (each): each is Pattern =>
      typeof each === 'string' || typeof each === 'function' || each instanceof RegExp,
  )
}

function matches(list: readonly Pattern[], url: string): boolean {
  const query = url.indexOf('?')
  const path = query < 0 ? url : url.slice(0, query)
  for (const pattern of list) {
    if (typeof pattern === 'string') {
      if (pattern === url || pattern === path) return true
    } else if (typeof pattern === 'function') {
      if (pattern(url)) return true
    } else {
      pattern.lastIndex = 0
      if (pattern.test(url)) return true
    }
  }
  return false
}
