/** Keeps web pages from writing to the intake: any page that the developer visits can reach loopback. */

import type { IncomingHttpHeaders } from 'node:http'

/** Returns the reason to refuse a request, or undefined. Tracers are not browsers, and send neither header. */
export function crossSiteReason(headers: IncomingHttpHeaders, isWrite: boolean): string | undefined {
  if (headers['sec-fetch-site'] === 'cross-site') return 'cross-site requests are refused'
  if (isWrite && headers.origin !== undefined)
    return 'requests with an Origin are refused: this is no API for web pages'
  return undefined
}
