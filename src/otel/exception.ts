/** Recorded exceptions: an event, and the error tags of the span without its error mark, which only a status sets. */

import { errorTags } from '../trace/error-tags'
import { exceptionAttributes } from '../trace/exception-event'
import type { Span } from '../trace/span'
import type { OtelAttributes } from './types'

/** Sets the error tags if `tagged`, and returns the attributes of the event. Never throws, whatever was thrown. */
export function recordException(span: Span, exception: unknown, tagged: boolean): OtelAttributes {
  const tags = errorTags(exception)
  if (tagged) {
    for (const name of ['error.type', 'error.message', 'error.stack']) span.tags[name] = tags[name]
  }
  return exceptionAttributes(tags)
}
