/** Clients keep for each command the two functions that settle its promise: there its span ends, in the same tick. */

import type { Span } from '../../trace/span'
import type { RedisSpans } from './spans'

/** What a client has of a command; its own object, which the application does not see. */
export interface Settling {
  resolve(value: unknown): unknown
  reject(error: unknown): unknown
}

/** Ends `span` when `settling` is settled. */
export function endWith(settling: Settling, span: Span, spans: RedisSpans): void {
  const { resolve, reject } = settling
  settling.resolve = function (this: unknown, value) {
    spans.finish(span, false, undefined)
    return Reflect.apply(resolve, this, [value])
  }
  settling.reject = function (this: unknown, error) {
    spans.finish(span, true, error)
    return Reflect.apply(reject, this, [error])
  }
}
