/** Recorded exceptions: an event, and the error tags of the span without its error mark, which only a status sets. */

import { addErrorTags } from '../trace/error-tags'
import type { Tags } from '../trace/site'
import type { Span } from '../trace/span'
import type { OtelAttributes } from './types'

/** Each error tag, and the attribute of the event that says the same. */
const NAMES = [
  ['error.type', 'exception.type'],
  ['error.message', 'exception.message'],
  ['error.stack', 'exception.stacktrace'],
] as const

/** Sets the error tags if `tagged`, and returns the attributes of the event. Never throws, whatever was thrown. */
export function recordException(span: Span, exception: unknown, tagged: boolean): OtelAttributes {
  const tags: Tags = {}
  // It writes to these two fields.
  addErrorTags({ tags, error: 0 } as Span, exception)
  const attributes: OtelAttributes = {}
  for (const [tag, attribute] of NAMES) {
    if (tags[tag] !== undefined) attributes[attribute] = tags[tag]
    if (tagged) span.tags[tag] = tags[tag]
  }
  return attributes
}
