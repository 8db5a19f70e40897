/** Turns a thrown value of any kind into the tags `error.type`, `error.message` and `error.stack`. */

import { stackWithCauses } from './error-text'
import type { Tags } from './site'

/** Returns whether `value` is an object with a message or a stack, of any class and any realm. */
export function isErrorLike(
  value: unknown,
): value is { name?: unknown; message?: unknown; stack?: unknown; code?: unknown } {
  return typeof value === 'object' && value !== null && ('message' in value || 'stack' in value)
}

/**
 * Marks `span` as failed. A value that is not an Error (`throw 'text'`, `Promise.reject(42)`) is recorded as well: its
 * type is its JavaScript type, its message its text. Never throws, even if a getter of the error does.
 */
export function addErrorTags(span: { error: 0 | 1; readonly tags: Tags }, error: unknown): void {
  span.error = 1
  describe(error, span.tags)
}

/** Returns the error tags of a thrown value. Never throws. */
export function errorTags(error: unknown): Tags {
  const tags: Tags = {}
  describe(error, tags)
  return tags
}

function describe(error: unknown, tags: Tags): void {
  try {
    if (isErrorLike(error)) {
      const message = textOf(error.message) || textOf(error.code)
      const type = textOf(error.name) || constructorName(error)
      if (type !== '') tags['error.type'] = type
      if (message !== '') tags['error.message'] = message
      const stack = stackWithCauses(error, textOf(error.stack))
      if (stack !== '') tags['error.stack'] = stack
    } else if (error !== undefined && error !== null) {
      tags['error.type'] = typeof error === 'object' ? constructorName(error) : typeof error
      tags['error.message'] = textOfValue(error)
    }
  } catch {
    tags['error.message'] ??= 'unreadable error'
  }
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : value === undefined || value === null ? '' : String(value)
}

function constructorName(value: object): string {
  const name = value.constructor?.name
  return typeof name === 'string' && name !== '' ? name : 'Object'
}

function textOfValue(value: unknown): string {
  if (typeof value !== 'object') return String(value)
  return JSON.stringify(value) ?? Object.prototype.toString.call(value)
}
