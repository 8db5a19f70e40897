/** Origins that the tracer itself sends to, so that its integrations make no spans of that traffic. */

/** Number of transports by origin. */
const users = new Map<string, number>()

/** Returns whether requests to `origin` (`scheme://host:port`, as `URL.origin` writes it) are the tracer's own. */
export function isOwnOrigin(origin: string): boolean {
  return users.has(origin)
}

/** Notes that a transport sends to `origin` from now on. */
export function claimOrigin(origin: string): void {
  users.set(origin, (users.get(origin) ?? 0) + 1)
}

/** Notes that a transport no longer sends to `origin`. */
export function releaseOrigin(origin: string): void {
  const count = users.get(origin) ?? 0
  if (count > 1) users.set(origin, count - 1)
  else users.delete(origin)
}
