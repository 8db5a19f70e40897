/** The text of `error.stack`: the stack of an error, and what it was caused by. */

/** Causes and parts that are told, in all; chains and lists of errors have no bound of their own. */
const MAX_TOLD = 10

interface Told {
  /** Also against an error that is its own cause. */
  readonly seen: Set<unknown>
  text: string
}

/**
 * The stack, then `Caused by: …` for the chain of `cause` and `Error 1 of 3: …` for the errors of an AggregateError, each
 * with its own stack. Never throws; what cannot be read is left out.
 */
export function stackWithCauses(error: object, stack: string): string {
  let told: Told | undefined
  try {
    if (!hasMore(error)) return stack
    told = { seen: new Set([error]), text: stack }
    tellMore(error, told)
  } catch {
    // A getter of the error's threw.
  }
  return told?.text ?? stack
}

function hasMore(error: object): error is { cause?: unknown; errors?: unknown } {
  const { cause, errors } = error as { cause?: unknown; errors?: unknown }
  return isTold(cause) || Array.isArray(errors)
}

function isTold(cause: unknown): boolean {
  return cause !== undefined && cause !== null && typeof cause !== 'function'
}

function tellMore(error: object, told: Told): void {
  const { cause, errors } = error as { cause?: unknown; errors?: unknown }
  if (Array.isArray(errors)) {
    for (let index = 0; index < errors.length && told.seen.size <= MAX_TOLD; index++) {
      tell(`Error ${index + 1} of ${errors.length}: `, errors[index], told)
    }
  }
  if (isTold(cause)) tell('Caused by: ', cause, told)
}

function tell(intro: string, error: unknown, told: Told): void {
  if (told.seen.has(error) || told.seen.size > MAX_TOLD) return
  told.seen.add(error)
  const text = textOf(error)
  // Some libraries write their causes into the stack themselves; what has no stack is too short to tell.
  if (!text.includes('\n') || !told.text.includes(text))
    told.text += `${told.text === '' ? '' : '\n'}${intro}${text}`
  if (typeof error === 'object' && error !== null && hasMore(error)) tellMore(error, told)
}

function textOf(error: unknown): string {
  if (typeof error !== 'object' || error === null) return String(error)
  const { stack, message, name } = error as { stack?: unknown; message?: unknown; name?: unknown }
  if (typeof stack === 'string' && stack !== '') return stack
  if (message === undefined) return Object.prototype.toString.call(error)
  return `${name ?? 'Error'}: ${message}`
}
