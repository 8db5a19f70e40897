/**
 * Ends spans when a command's promise is settled: clients keep its `resolve` and `reject` with the command, so the span
 * ends in the same tick.
 */

import type { Span } from '../../trace/span'
import type { RedisSpans } from './spans'

/** A client's record of one command, an object that the application does not see. */
export interface Settling {
  resolve(value: unknown): unknown
  reject(error: unknown): unknown
}

/** Ends `span` when `settling.resolve` or `settling.reject` is called. */
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
