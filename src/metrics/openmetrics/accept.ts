/** Chooses the format of a scrape by its `Accept` header (RFC 9110, section 12.5.1). */

import type { Format } from './render'

/** Values of `Content-Type` by format. */
export const CONTENT_TYPES: Readonly<Record<Format, string>> = {
  openmetrics: 'application/openmetrics-text; version=1.0.0; charset=utf-8',
  prometheus: 'text/plain; version=0.0.4; charset=utf-8',
}

/** Returns the preferred format; plain text for a client that states none, such as a browser or an old Prometheus. */
export function formatFor(accept: string | undefined): Format {
  let openMetrics = 0
  let plain = 0
  for (const range of (accept ?? '').toLowerCase().split(',')) {
    const [type, ...parameters] = range.split(';').map(each => each.trim())
    const quality = qualityIn(parameters)
    if (type === 'application/openmetrics-text') {
      const version = parameters.find(each => each.startsWith('version='))?.replace(/^version="?|"$/g, '')
      if (version === undefined || version === '1.0.0') openMetrics = Math.max(openMetrics, quality)
    } else if (type === 'text/plain' || type === 'text/*') plain = Math.max(plain, quality)
  }
  return openMetrics > 0 && openMetrics >= plain ? 'openmetrics' : 'prometheus'
}

function qualityIn(parameters: readonly string[]): number {
  const text = parameters.find(each => each.startsWith('q='))
  const quality = text === undefined ? 1 : Number(text.slice(2))
  return quality >= 0 && quality <= 1 ? quality : 0
}
