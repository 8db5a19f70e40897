/** Writes the text of the tag `error.stack`: the stack of an error, and the stacks of its causes. */

/** Upper bound on the errors of one text: chains of causes and lists of errors can be of any length. */
const MAX_ERRORS = 10

interface ErrorText {
  /** Errors that the text has already; an error can be its own cause. */
  readonly seen: Set<unknown>
  text: string
}

/**
 * Returns the stack, then `Caused by: …` for the chain of `cause` and `Error 1 of 3: …` for the errors of an
 * AggregateError, each with its own stack. Never throws; errors whose getters throw are left out.
 */
export function stackWithCauses(error: object, stack: string): string {
  let out: ErrorText | undefined
  try {
    if (!hasCauses(error)) return stack
    out = { seen: new Set([error]), text: stack }
    appendCauses(error, out)
  } catch {
    // A getter of the error threw.
  }
  return out?.text ?? stack
}

function hasCauses(error: object): error is { cause?: unknown; errors?: unknown } {
  const { cause, errors } = error as { cause?: unknown; errors?: unknown }
  return isCause(cause) || Array.isArray(errors)
}

function isCause(cause: unknown): boolean {
  return cause !== undefined && cause !== null && typeof cause !== 'function'
}

function appendCauses(error: object, out: ErrorText): void {
  const { cause, errors } = error as { cause?: unknown; errors?: unknown }
  if (Array.isArray(errors)) {
    for (let index = 0; index < errors.length && out.seen.size <= MAX_ERRORS; index++) {
      append(`Error ${index + 1} of ${errors.length}: `, errors[index], out)
    }
  }
  if (isCause(cause)) append('Caused by: ', cause, out)
}

function append(intro: string, error: unknown, out: ErrorText): void {
  if (out.seen.has(error) || out.seen.size > MAX_ERRORS) return
  out.seen.add(error)
  const text = textOf(error)
  // Some libraries write their causes into the stack themselves. A text of one line is too short to tell whether they
  // did.
  if (!text.includes('\n') || !out.text.includes(text))
    out.text += `${out.text === '' ? '' : '\n'}${intro}${text}`
  if (typeof error === 'object' && error !== null && hasCauses(error)) appendCauses(error, out)
}

function textOf(error: unknown): string {
  if (typeof error !== 'object' || error === null) return String(error)
  const { stack, message, name } = error as { stack?: unknown; message?: unknown; name?: unknown }
  if (typeof stack === 'string' && stack !== '') return stack
  if (message === undefined) return Object.prototype.toString.call(error)
  return `${name ?? 'Error'}: ${message}`
}
