/**
 * What an answer of the agent to a payload means.
 *
 * | status | verdict | |
 * |---|---|---|
 * | 2xx | accepted | 200 brings sampling rates |
 * | 404, 415 | unknown format | an older format may be understood |
 * | 408 | late | the agent did not get the body in time |
 * | 413 | too large | |
 * | 429, 5xx | overloaded | |
 * | all others | refused | it will never be accepted |
 */

/** Meaning of a status. */
export type Verdict = 'accepted' | 'unknown format' | 'late' | 'too large' | 'overloaded' | 'refused'

/** Returns the meaning of a status. */
export function verdictOf(status: number): Verdict {
  if (status >= 200 && status < 300) return 'accepted'
  if (status === 404 || status === 415) return 'unknown format'
  if (status === 408) return 'late'
  if (status === 413) return 'too large'
  if (status === 429 || status >= 500) return 'overloaded'
  return 'refused'
}

/** Sampling rates by `service:…,env:…`. */
export type Rates = Record<string, number>

/** Returns the rates in the body of an answer; undefined when it has none, which means that the rates before stay. */
export function ratesOf(body: string): Rates | undefined {
  const found = field(parse(body), 'rate_by_service')
  if (typeof found !== 'object' || found === null) return undefined
  const rates: Rates = {}
  for (const [key, rate] of Object.entries(found)) {
    if (typeof rate === 'number' && rate >= 0 && rate <= 1 && key !== '__proto__') rates[key] = rate
  }
  return rates
}

/** Longest reason in a message, in UTF-16 units. */
const MAX_REASON = 200

/** Returns the agent's own words for a refusal as one short line; empty when it gave none. */
export function reasonOf(body: string): string {
  const line = body.replace(/\p{Cc}+/gu, ' ').trim()
  return line.length > MAX_REASON ? `${line.slice(0, MAX_REASON)}...` : line
}

/** Returns the value of JSON text; undefined when it is not JSON. */
export function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** Returns the own field `name` of an object; undefined when `value` is no object or has none. */
export function field(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined
  return (value as Record<string, unknown>)[name]
}
