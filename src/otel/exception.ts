/** Records exceptions as OpenTelemetry does: the error tags are set, but only a status marks the span as failed. */

import { errorTags } from '../trace/error-tags'
import { exceptionAttributes } from '../trace/exception-event'
import type { Span } from '../trace/span'
import type { OtelAttributes } from './types'

/** Sets the error tags if `tagged`, and returns the attributes of the event. Never throws, whatever `exception` is. */
export function recordException(span: Span, exception: unknown, tagged: boolean): OtelAttributes {
  const tags = errorTags(exception)
  if (tagged) {
    for (const name of ['error.type', 'error.message', 'error.stack']) span.tags[name] = tags[name]
  }
  return exceptionAttributes(tags)
}
