/**
 * Errors that were recorded, as the span event that OpenTelemetry has for them
 * (https://opentelemetry.io/docs/specs/semconv/exceptions/exceptions-spans/): `exception`, with its type, message and
 * stack. The span itself is not marked as failed by it.
 */

import { errorTags } from './error-tags'
import type { Tags, TagValue } from './site'
import type { Attributes } from './span-extras'

/** On a span with such an event: by it, errors that were handled are found. */
export const HAS_EXCEPTION = '_dd.span_events.has_exception'

/** All events of a span share one value of 25,000 characters, and one that does not fit is left out. */
const MAX_STACK = 10_000

/** Each attribute of the event, and the error tag that says the same. */
const NAMES = [
  ['exception.type', 'error.type'],
  ['exception.message', 'error.message'],
  ['exception.stacktrace', 'error.stack'],
] as const

/** Attributes of the event, from the tags that the error has on a span. */
export function exceptionAttributes(tags: Readonly<Tags>): Record<string, TagValue> {
  const attributes: Record<string, TagValue> = {}
  for (const [attribute, tag] of NAMES) {
    const value = tags[tag]
    if (value !== undefined) attributes[attribute] = typeof value === 'string' ? cut(value) : value
  }
  return attributes
}

/** Attributes of the event for anything that can be thrown, and those of the user's over them. Never throws. */
export function describeException(error: unknown, attributes: Attributes | undefined): Attributes {
  const own: Attributes = exceptionAttributes(errorTags(error))
  try {
    return { ...own, ...attributes }
  } catch {
    // A getter of the user's threw.
    return own
  }
}

function cut(text: string): string {
  return text.length > MAX_STACK ? `${text.slice(0, MAX_STACK)}...` : text
}
