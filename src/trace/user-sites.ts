/** Sites of the spans that the application makes itself, by operation name. */

import { Site } from './site'

/** Names beyond this many get a site of their own each time: they are data, not names. */
const MAX_NAMES = 512

const measured = new Map<string, Site>()
const unmeasured = new Map<string, Site>()

/** `measured`: spans of `trace` and `wrap` count in statistics, those of `startSpan` do not. */
export function userSite(name: string, isMeasured: boolean): Site {
  const sites = isMeasured ? measured : unmeasured
  let site = sites.get(name)
  if (site === undefined) {
    site = new Site({ name, measured: isMeasured, tags: { '_dd.integration': 'opentracing' } })
    if (sites.size < MAX_NAMES) sites.set(name, site)
  }
  return site
}
