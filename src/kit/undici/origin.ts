/** Origins of requests, parsed once each: an application has few. */

/** A parsed origin. */
export interface Origin {
  /** The origin as text: `scheme://host[:port]`. */
  text: string
  host: string
  port: number
  isDefaultPort: boolean
}

/** Bound on cached origins. A crawler, which requests the whole web, must not fill the memory. */
const MAX_KNOWN = 500
const known = new Map<string, Origin>()

/** Returns the parsed origin. */
export function originOf(origin: string | URL): Origin {
  const key = typeof origin === 'string' ? origin : origin.origin
  let found = known.get(key)
  if (found === undefined) {
    const { origin: text, protocol, hostname, port } = new URL(key)
    const standard = protocol === 'https:' ? 443 : 80
    found = { text, host: hostname, port: Number(port) || standard, isDefaultPort: port === '' }
    if (known.size >= MAX_KNOWN) known.clear()
    known.set(key, found)
  }
  return found
}
