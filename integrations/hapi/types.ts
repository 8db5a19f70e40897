/** What we use of hapi. */

import type { IncomingMessage } from 'node:http'

export interface Request {
  raw: { req: IncomingMessage }
  route?: { method?: unknown; path?: unknown }
}

/** What a request is answered with; an error is a Boom. */
export interface Response {
  isBoom?: boolean
}
