/**
 * Learns where functions begin in the generated code, as the map has their names there. Samples lie in other lines,
 * for which the engine has no column.
 */

import type { Code, Frame } from './code'
import type { Lookup } from './lookup'

/** Matches the name that encoders give to an anonymous function: its beginning. */
const UNNAMED = /^\(anonymous(?::L#(\d+):C#(\d+))?\)$/

/** The beginnings of the functions of one profile. */
export class FunctionStarts {
  readonly #code: Code
  readonly #known = new Map<number, Lookup>()

  constructor(code: Code) {
    this.#code = code
  }

  /** Learns from a location, which may be the one where its function begins. */
  see({ functionId, line, column }: Frame): void {
    const owner = this.#code.functions.get(functionId)
    if (owner === undefined || this.#known.has(functionId)) return
    const name = this.#code.text(owner.name)
    const unnamed = UNNAMED.exec(name)
    if (unnamed?.[1] !== undefined) this.#set(functionId, '', Number(unnamed[1]), Number(unnamed[2]))
    else if (unnamed === null && column > 0 && line === owner.startLine)
      this.#set(functionId, name, line, column)
  }

  /** Returns the lookup for the beginning of the frame's function; undefined if that is not known. */
  of({ functionId, line, column }: Frame): Lookup | undefined {
    const owner = this.#code.functions.get(functionId)
    const known = this.#known.get(functionId)
    if (known !== undefined || owner === undefined || owner.startLine > 0 || column === 0) return known
    // Encoders that write no start lines give the beginning of the function as the location.
    return { name: this.#code.text(owner.name), line, column, found: undefined }
  }

  #set(functionId: number, name: string, line: number, column: number): void {
    this.#known.set(functionId, { name, line, column, found: undefined })
  }
}
