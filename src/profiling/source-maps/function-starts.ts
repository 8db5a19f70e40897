/**
 * Where functions begin in the generated code. The map knows their names there; samples lie in other lines, of which the
 * engine does not know the column.
 */

import type { Code, Frame } from './code'
import type { Lookup } from './lookup'

/** Encoders name an anonymous function by its beginning. */
const UNNAMED = /^\(anonymous(?::L#(\d+):C#(\d+))?\)$/

export class FunctionStarts {
  readonly #code: Code
  readonly #known = new Map<number, Lookup>()

  constructor(code: Code) {
    this.#code = code
  }

  /** Learns from a location, of which any may be the one at the beginning. */
  see({ functionId, line, column }: Frame): void {
    const owner = this.#code.functions.get(functionId)
    if (owner === undefined || this.#known.has(functionId)) return
    const name = this.#code.text(owner.name)
    const unnamed = UNNAMED.exec(name)
    if (unnamed?.[1] !== undefined) this.#set(functionId, '', Number(unnamed[1]), Number(unnamed[2]))
    else if (unnamed === null && column > 0 && line === owner.startLine)
      this.#set(functionId, name, line, column)
  }

  /** Undefined where it is not known. */
  of({ functionId, line, column }: Frame): Lookup | undefined {
    const owner = this.#code.functions.get(functionId)
    const known = this.#known.get(functionId)
    if (known !== undefined || owner === undefined || owner.startLine > 0 || column === 0) return known
    // Without lines of functions, those of one name are one, and all locations are beginnings.
    return { name: this.#code.text(owner.name), line, column, found: undefined }
  }

  #set(functionId: number, name: string, line: number, column: number): void {
    this.#known.set(functionId, { name, line, column, found: undefined })
  }
}
