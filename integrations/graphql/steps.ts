/** Spans of parsing and validation. Both are synchronous, so the spans are made afterwards. */

import { activeSpan, type Span, startSpan } from '../../src/kit/index'
import { recordErrors } from './errors'
import { HEALTH_CHECK, operationOf, sourceOf } from './operation'
import type { GraphqlState } from './state'
import type { Document, GraphqlError } from './types'

/** Makes the span of a parse that began at `began` (ms on the monotonic clock). The parsing of a schema gets none. */
export function parsed(
  state: GraphqlState,
  began: number,
  source: unknown,
  document: Document | undefined,
  error: unknown,
): void {
  const { tools, options } = state
  const text = typeof source === 'string' ? source : (source as { body?: string } | undefined)?.body
  if (document !== undefined) {
    const operation = operationOf(document)
    if (operation === undefined || operation.name === HEALTH_CHECK) return
  }
  const tags = { 'graphql.source': options.source ? text : undefined }
  const span = since(began, startSpan(tools.runtime, state.parse.site, activeSpan(), tags))
  if (error !== undefined) span.setError(error)
  options.onParse?.(span, source, document)
  span.finish()
}

/** Makes the span of a validation that began at `began`; `errors` are its findings. */
export function validated(
  state: GraphqlState,
  began: number,
  document: Document,
  errors: readonly GraphqlError[] | undefined,
  error: unknown,
): void {
  const { tools, options } = state
  if (operationOf(document)?.name === HEALTH_CHECK) return
  const tags = { 'graphql.source': options.source ? sourceOf(document) : undefined }
  const span = since(began, startSpan(tools.runtime, state.validate.site, activeSpan(), tags))
  if (error !== undefined) span.setError(error)
  recordErrors(span, errors, options.errorExtensions)
  options.onValidate?.(span, document, errors)
  span.finish()
}

function since(began: number, span: Span): Span {
  span.startTicks = began
  return span
}
