/** Functions and strings of the sources, which are appended to those of the profile that is rewritten. */

import { FieldWriter } from '../encode/wire'
import type { Pausing } from '../slices'
import { type Code, FUNCTION, STRIDE, STRING } from './code'

interface SourceFunction {
  id: number
  name: number
  file: number
  startLine: number
}

/** Collects functions and strings, and writes their fields. */
export class Additions {
  readonly #firstString: number
  #nextId: number
  readonly #strings = new Map<string, number>()
  readonly #functions = new Map<string, SourceFunction>()

  constructor(code: Code) {
    this.#firstString = code.stringCount
    this.#nextId =
      code.functions.size === 0 ? 1 : 1 + [...code.functions.keys()].reduce((a, b) => Math.max(a, b))
  }

  /** Returns the index of a string, adding it if needed. */
  text(text: string): number {
    let index = this.#strings.get(text)
    if (index === undefined) {
      index = this.#firstString + this.#strings.size
      this.#strings.set(text, index)
    }
    return index
  }

  /** Returns the id of a function of the sources, adding it if needed; `startLine` 0 = not known. */
  functionOf(name: string, file: string, startLine: number): number {
    const key = `${name}\n${file}\n${startLine}`
    let known = this.#functions.get(key)
    if (known === undefined) {
      known = { id: this.#nextId++, name: this.text(name), file: this.text(file), startLine }
      this.#functions.set(key, known)
    }
    return known.id
  }

  *write(out: FieldWriter): Pausing<void> {
    let count = 0
    for (const { id, name, file, startLine } of this.#functions.values()) {
      const message = new FieldWriter(64)
      message.number(1, id)
      message.number(2, name)
      message.number(3, name)
      message.number(4, file)
      message.number(5, startLine)
      out.message(FUNCTION, message)
      if (++count % STRIDE === 0) yield
    }
    for (const text of this.#strings.keys()) out.text(STRING, text)
  }
}
