/** What is known of a command on its way: fields of ours on the library's object. */

import type { Span } from '../../trace/span'
import { Mark } from '../mark'
import type { Command } from './types'

export class IoredisCommandMark extends Mark {
  #parent: Span | undefined
  #span: Span | undefined
  /** How we see that the command fails; another function is there when it is tried again. */
  #reject: unknown

  private constructor(command: object) {
    super(command)
    this.#parent = this.#span = this.#reject = undefined
  }

  /** `command` waits in a pipeline, where `parent` is active. */
  static queued(command: object, parent: Span | undefined): void {
    IoredisCommandMark.#on(command).#parent = parent
  }

  /** The span that was active where `command` was put into a pipeline. It is not kept any longer. */
  static takeParent(command: object): Span | undefined {
    if (!(#parent in command)) return undefined
    const parent = command.#parent
    command.#parent = undefined
    return parent
  }

  /**
   * Whether the end of `command` is being waited for: one that had to wait for a connection is sent twice. A cluster
   * sends it again after it has failed.
   */
  static isFollowed(command: Command): boolean {
    if (!(#parent in command) || command.#span === undefined) return false
    return command.#reject === command.reject && command.#span.durationMs < 0
  }

  /** `span` ends with `command`, as it is now. */
  static followed(command: Command, span: Span): void {
    const mark = IoredisCommandMark.#on(command)
    mark.#span = span
    mark.#reject = command.reject
  }

  static #on(command: object): IoredisCommandMark {
    return #parent in command ? command : new IoredisCommandMark(command)
  }
}
