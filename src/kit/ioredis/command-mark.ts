/** The state of a command on its way, in private fields on the library's own object. */

import type { Span } from '../../trace/span'
import { Mark } from '../mark'
import type { Command } from './types'

/** Marks a command with its parent while it waits, and with its span once it is sent. */
export class IoredisCommandMark extends Mark {
  #parent: Span | undefined
  #span: Span | undefined
  /** The command's `reject` when it was marked. A command that is tried again gets another one. */
  #reject: unknown

  private constructor(command: object) {
    super(command)
    this.#parent = this.#span = this.#reject = undefined
  }

  /** Remembers `parent`, the active span, for a command that was added to a pipeline. */
  static queued(command: object, parent: Span | undefined): void {
    IoredisCommandMark.#on(command).#parent = parent
  }

  /** Returns the span that was active when `command` was added to a pipeline, and forgets it. */
  static takeParent(command: object): Span | undefined {
    if (!(#parent in command)) return undefined
    const parent = command.#parent
    command.#parent = undefined
    return parent
  }

  /**
   * Returns whether `command` has an open span. A command that had to wait for a connection is sent twice; a cluster
   * sends it again after it has failed, and that attempt gets a span of its own.
   */
  static isFollowed(command: Command): boolean {
    if (!(#parent in command) || command.#span === undefined) return false
    return command.#reject === command.reject && command.#span.durationMs < 0
  }

  /** Remembers `span`, which ends when this attempt of `command` is settled. */
  static followed(command: Command, span: Span): void {
    const mark = IoredisCommandMark.#on(command)
    mark.#span = span
    mark.#reject = command.reject
  }

  static #on(command: object): IoredisCommandMark {
    return #parent in command ? command : new IoredisCommandMark(command)
  }
}
