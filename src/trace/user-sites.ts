/** Sites of the spans that the application makes itself, by operation name. */

import { Site } from './site'

/**
 * Most names whose site is kept. Programs with more put data into names; further names get a new site for each span.
 */
const MAX_NAMES = 512

const measured = new Map<string, Site>()
const unmeasured = new Map<string, Site>()

/**
 * Returns the site for an operation name. `isMeasured`: spans of `trace` and `wrap` count in statistics, those of
 * `startSpan` do not.
 */
export function userSite(name: string, isMeasured: boolean): Site {
  const sites = isMeasured ? measured : unmeasured
  let site = sites.get(name)
  if (site === undefined) {
    site = new Site({ name, measured: isMeasured, tags: { '_dd.integration': 'opentracing' } })
    if (sites.size < MAX_NAMES) sites.set(name, site)
  }
  return site
}
