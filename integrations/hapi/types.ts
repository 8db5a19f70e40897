/** The parts of hapi that the integration uses. */

import type { IncomingMessage } from 'node:http'

export interface Request {
  raw: { req: IncomingMessage }
  route?: { method?: unknown; path?: unknown }
}

/** Response to a request; an error is a Boom. */
export interface Response {
  isBoom?: boolean
}
