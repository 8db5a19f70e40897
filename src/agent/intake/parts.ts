/** Types that the parts of the intake hand to each other. */

import type { IncomingMessage } from 'node:http'
import type { CannedAnswer, ResolvedOptions } from '../options'
import type { Reply } from '../reply'
import type { RequestLog, RequestRecord } from '../request-log'
import type { Counters } from '../stats'
import type { ProfileStore } from '../store/profile-store'
import type { TraceStore } from '../store/trace-store'
import type { Info } from './info'
import type { RatesAnswer } from './rates'

/** What the receiver works with. */
export interface ReceiverParts {
  options: ResolvedOptions
  version: string
  info: () => Info
  rates: (headers: IncomingMessage['headers']) => RatesAnswer
  store: TraceStore
  profiles: ProfileStore
  counters: Counters
  log: RequestLog
}

/** A request whose body was read. */
export interface Arrived {
  request: IncomingMessage
  record: RequestRecord
  /** Path without the query. */
  path: string
  body: Buffer
  /** The answer that a test has ordered. */
  canned: CannedAnswer | undefined
}

/** Decodes and keeps a body, and answers it. Throws a `DecodeError`, or an `HttpError`. */
export type Take = (parts: ReceiverParts, arrived: Arrived) => Reply
