/**
 * The span and the caller of a command that a driver is executing, kept in private fields on the driver's own object.
 */

import { endSpan } from '../trace/outcome'
import type { Span } from '../trace/span'
import type { Caller } from './caller'
import { Mark } from './mark'

/** Marks a command of a driver with its span and its caller. */
export class CommandMark extends Mark {
  /** Undefined once the span ended, and for commands of which only the caller is remembered. */
  #span: Span | undefined
  #caller: Caller

  private constructor(command: object, span: Span | undefined, caller: Caller) {
    super(command)
    this.#span = span
    this.#caller = caller
  }

  /** Marks `command`. A command object that the application uses again gets the new span and caller. */
  static begin(command: object, span: Span | undefined, caller: Caller): void {
    if (#span in command) {
      command.#span = span
      command.#caller = caller
    } else new CommandMark(command, span, caller)
  }

  /** Returns the span of `command` while it is open. */
  static spanOf(command: object): Span | undefined {
    return #span in command ? command.#span : undefined
  }

  /** Returns the caller of `command`; undefined for commands without a mark. */
  static callerOf(command: object): Caller | undefined {
    return #span in command ? command.#caller : undefined
  }

  /** Ends the span of `command` unless it has ended. */
  static end(command: object, failed: boolean, error: unknown): void {
    if (!(#span in command) || command.#span === undefined) return
    const span = command.#span
    command.#span = undefined
    endSpan(span, failed, error, undefined)
  }
}
