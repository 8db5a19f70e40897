/** Refuses API requests under foreign host names: a page that rebinds its DNS name to loopback sends its own. */

/** True for `localhost`, `*.localhost`, the loopback addresses and the names that were allowed, on any port. */
export function isAllowedHost(header: string | undefined, allowed: readonly string[]): boolean {
  const name = (header ?? '').toLowerCase().replace(/:\d+$/, '')
  if (name === 'localhost' || name.endsWith('.localhost')) return true
  return name === '127.0.0.1' || name === '[::1]' || allowed.some(host => host.toLowerCase() === name)
}
