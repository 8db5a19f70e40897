/** Errors of a request: the first is the error of the span, and each is an event of the span. */

import type { Span } from '../../src/kit/index'
import type { GraphqlError } from './types'

/** Bound on events: a list may have thousands of elements, each with an error. */
const MAX_EVENTS = 100

/** Records the errors. `extensions` lists the keys of `error.extensions` to record. */
export function recordErrors(
  span: Span,
  errors: readonly GraphqlError[] | undefined,
  extensions: readonly string[],
): void {
  if (!Array.isArray(errors) || errors.length === 0) return
  span.setError(errors[0])
  for (const error of errors.slice(0, MAX_EVENTS)) {
    span.addEvent('dd.graphql.query.error', attributesOf(error, extensions))
  }
}

function attributesOf(error: GraphqlError, keys: readonly string[]): Record<string, never> {
  const { name, message, stack, locations, path, extensions } = error
  const attributes: Record<string, unknown> = { message, type: name, stacktrace: stack }
  if (locations) attributes.locations = locations.map(({ line, column }) => `${line}:${column}`)
  if (path) attributes.path = path.map(String)
  for (const key of keys) {
    const value = extensions?.[key]
    if (value !== undefined) attributes[`extensions.${key}`] = sendable(value)
  }
  return attributes as Record<string, never>
}

function sendable(value: unknown): unknown {
  return typeof value === 'object' && value !== null ? JSON.stringify(value) : value
}
