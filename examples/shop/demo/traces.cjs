/** Reads what has arrived from the agent's JSON API. */

/** Traces that started longer ago are not listed again at each poll. */
const LOOK_BACK_MS = 60_000
/** Ids of traces that were read already; more than the agent lists at once. */
const MAX_SEEN = 20_000

/**
 * Gives a function that reads the traces which arrived since it was last called and hands each to `onTrace`;
 * when that returns false the trace is read again the next time.
 */
function readTraces(apiUrl, onTrace) {
  const seen = new Set()

  return async function poll() {
    const { traces } = await getJson(`${apiUrl}/api/traces?limit=10000&since=${Date.now() - LOOK_BACK_MS}`)
    for (const { traceId } of traces) {
      if (seen.has(traceId)) continue
      const detail = await getJson(`${apiUrl}/api/traces/${traceId}`)
      if (detail === undefined || onTrace(read(detail)) === false) continue
      seen.add(traceId)
      if (seen.size > MAX_SEEN) seen.delete(seen.values().next().value)
    }
  }
}

/** What the ledger wants to know of a trace; `number` is that of the request, undefined for any other trace. */
function read(detail) {
  const root = detail.spans[0]
  const number = /[?&]n=(\d+)$/.exec(root.meta['http.url'] ?? '')?.[1]
  return {
    number: number === undefined ? undefined : Number(number),
    root,
    queries: detail.spans.filter(span => span.name === 'pg.query'),
    detail,
  }
}

/** Gives undefined where there is no such thing (any more). */
async function getJson(url) {
  const response = await fetch(url)
  if (response.status === 404) return undefined
  if (!response.ok) throw new Error(`${url} answered ${response.status}`)
  return response.json()
}

module.exports = { readTraces }
