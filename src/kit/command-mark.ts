/** What is known of a driver's command while it is under way: fields of ours on the driver's object. */

import { endSpan } from '../trace/outcome'
import type { Span } from '../trace/span'
import type { Caller } from './caller'
import { Mark } from './mark'

export class CommandMark extends Mark {
  /** Undefined once it ended, and of commands that only have a caller. */
  #span: Span | undefined
  #caller: Caller

  private constructor(command: object, span: Span | undefined, caller: Caller) {
    super(command)
    this.#span = span
    this.#caller = caller
  }

  /** A command that the application gives again gets another span. */
  static begin(command: object, span: Span | undefined, caller: Caller): void {
    if (#span in command) {
      command.#span = span
      command.#caller = caller
    } else new CommandMark(command, span, caller)
  }

  /** The span of `command` while that is open. */
  static spanOf(command: object): Span | undefined {
    return #span in command ? command.#span : undefined
  }

  /** Where `command` was given. */
  static callerOf(command: object): Caller | undefined {
    return #span in command ? command.#caller : undefined
  }

  /** Ends the span unless it has ended. */
  static end(command: object, failed: boolean, error: unknown): void {
    if (!(#span in command) || command.#span === undefined) return
    const span = command.#span
    command.#span = undefined
    endSpan(span, failed, error, undefined)
  }
}
