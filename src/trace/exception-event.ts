/**
 * Describes recorded errors by OpenTelemetry's span event `exception`, with type, message and stack
 * (https://opentelemetry.io/docs/specs/semconv/exceptions/exceptions-spans/). The event does not mark its span as
 * failed.
 */

import { errorTags } from './error-tags'
import type { Attributes } from './public'
import type { Tags, TagValue } from './site'

/** Tag of spans with such an event: Datadog's error tracking finds handled errors by it. */
export const HAS_EXCEPTION = '_dd.span_events.has_exception'

/**
 * Longest stack, in characters. All events of a span share one tag of 25,000 characters; an event that does not fit
 * is lost.
 */
const MAX_STACK = 10_000

/** Attributes of the event, each with the error tag of the same meaning. */
const NAMES = [
  ['exception.type', 'error.type'],
  ['exception.message', 'error.message'],
  ['exception.stacktrace', 'error.stack'],
] as const

/** Returns the attributes of the event for an error whose tags are `tags`. */
export function exceptionAttributes(tags: Readonly<Tags>): Record<string, TagValue> {
  const attributes: Record<string, TagValue> = {}
  for (const [attribute, tag] of NAMES) {
    const value = tags[tag]
    if (value !== undefined) attributes[attribute] = typeof value === 'string' ? cut(value) : value
  }
  return attributes
}

/** Returns the attributes of the event for any thrown value; `attributes` of the application win. Never throws. */
export function describeException(error: unknown, attributes: Attributes | undefined): Attributes {
  const own: Attributes = exceptionAttributes(errorTags(error))
  try {
    return { ...own, ...attributes }
  } catch {
    // A getter of the application threw.
    return own
  }
}

function cut(text: string): string {
  return text.length > MAX_STACK ? `${text.slice(0, MAX_STACK)}...` : text
}
