/** Obfuscation of secrets in the query of a URL. */

import { QUERY_SECRETS, WEB_TOKEN } from '../../core/config/query-secrets'

const LONGEST_QUERY = 4096

/**
 * Returns a function that hides secrets in the query of a URL. `source` is the setting's expression (flags `gi`): empty
 * = the query stays, `.*` or `true` = it is dropped, else matches become `<redacted>`. If it does not compile,
 * `fallback` is used.
 */
export function queryObfuscator(source: unknown, fallback = QUERY_SECRETS): (url: string) => string {
  if (source === '' || source === false) return url => url
  if (source === '.*' || source === true) return dropQuery
  const pattern = compile(source, fallback)
  const isDefault = pattern.source === new RegExp(QUERY_SECRETS).source
  const webTokens = new RegExp(WEB_TOKEN, 'gi')
  return url => {
    const query = url.indexOf('?')
    if (query < 0) return url
    // A longer query is cut: what was not searched for secrets must not be sent.
    const text = url.slice(query + 1, query + 1 + LONGEST_QUERY)
    let hidden = text.replace(pattern, '<redacted>')
    // A web token that directly follows another secret in one run of characters is the first of its run only now.
    if (isDefault && hidden !== text && text.includes('.')) hidden = hidden.replace(webTokens, '<redacted>')
    return url.slice(0, query + 1) + hidden
  }
}

function dropQuery(url: string): string {
  const query = url.indexOf('?')
  return query < 0 ? url : url.slice(0, query)
}

function compile(source: unknown, fallback: string): RegExp {
  try {
    if (source instanceof RegExp) return new RegExp(source.source, 'gi')
    if (typeof source === 'string') return new RegExp(source, 'gi')
  } catch {
    // The setting does not compile: the default expression is used.
  }
  return new RegExp(fallback, 'gi')
}
