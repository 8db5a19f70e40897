/**
 * The sampling rates in the answer to a payload, and their version, by which a client knows that it has these already.
 */

import { createHash } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'

/** Body and headers that carry sampling rates. */
export interface RatesAnswer {
  body: string
  headers: Record<string, string>
}

/**
 * Returns the answer: `{"rate_by_service": {"service:,env:": 1}}`, or `{}` to a client whose
 * `Datadog-Rates-Payload-Version` is current. Only clients that send this header get a version.
 */
export function createRates(
  rates: Readonly<Record<string, number>>,
): (headers: IncomingHttpHeaders) => RatesAnswer {
  const body = JSON.stringify({ rate_by_service: rates })
  const version = createHash('sha256').update(body).digest('hex').slice(0, 16)
  return (headers): RatesAnswer => {
    const known = headers['datadog-rates-payload-version']
    if (known === undefined || known === '') return { body, headers: {} }
    return { body: known === version ? '{}' : body, headers: { 'Datadog-Rates-Payload-Version': version } }
  }
}
