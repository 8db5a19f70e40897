/** Records which endpoint each local root served, for the encoder of samples, and counts requests by endpoint. */

import { openTraces, type SpanRecord } from '../trace/local-trace'

/** Most local roots that are kept: 65 s at 1,500 requests a second. The oldest are dropped first. */
const MAX_ROOTS = 100_000
const FIRST_ROOTS = 1_024
/** Most different endpoints; further ones have no label and no count. Without routes, each path is an endpoint. */
const MAX_TEXTS = 1_000
const MAX_TEXT_LENGTH = 1_000
/** Int32 words of a row: the root's id (upper, lower) and the index of its endpoint's text. */
const ROW = 3

/** Rows of three words (see `ROW`) in a ring whose oldest row is `oldest`, and the texts that they refer to. */
export interface EndpointRows {
  readonly words: Int32Array
  readonly oldest: number
  readonly texts: readonly string[]
}

/** The endpoints of one thread, for windows that follow one another. */
export class Endpoints {
  #words = new Int32Array(ROW * FIRST_ROOTS)
  /** Index of the row that is written next; below, the number of rows in use. */
  #next = 0
  #used = 0
  #texts: string[] = []
  readonly #indexes = new Map<string, number>()
  readonly #counts = new Map<string, number>()

  get size(): number {
    return this.#used
  }

  /** Takes note of a finished span, of any kind: the route of a request is certain only when it has finished. */
  closed(span: SpanRecord): void {
    if (span.type !== 'web') return
    const root = span.trace.root
    if (root !== span && hasWebAncestor(span)) return
    const text = endpointOf(span)
    const index = this.#indexOf(text)
    if (index < 0) return
    this.#counts.set(text, (this.#counts.get(text) ?? 0) + 1)
    if (root !== undefined) this.#add(root, index)
  }

  /**
   * Returns all rows, as a view of memory that later calls write to. Rows stay for later windows, since spans of a
   * root may run on after it has finished.
   */
  take(): EndpointRows {
    // A request that is still open at the end of the window gets its label too.
    for (const { root } of openTraces()) {
      const index = root?.type === 'web' ? this.#indexOf(endpointOf(root)) : -1
      if (root !== undefined && index >= 0) this.#add(root, index)
    }
    const words = this.#words.subarray(0, this.#used * ROW)
    const rows = { words, oldest: this.#used === 0 ? 0 : this.#next % this.#used, texts: this.#texts }
    if (this.#texts.length >= MAX_TEXTS) this.#forget()
    return rows
  }

  /** Returns how many outermost web spans have finished since the last call, by endpoint. */
  takeCounts(): Record<string, number> {
    const counts = Object.fromEntries(this.#counts)
    this.#counts.clear()
    return counts
  }

  #add(root: SpanRecord, index: number): void {
    if (this.#next * ROW === this.#words.length) this.#makeRoom()
    const at = this.#next * ROW
    this.#words[at] = root.idHi
    this.#words[at + 1] = root.idLo
    this.#words[at + 2] = index
    this.#next++
    if (this.#next > this.#used) this.#used = this.#next
  }

  #makeRoom(): void {
    if (this.#used < MAX_ROOTS) {
      const words = new Int32Array(Math.min(this.#words.length * 2, MAX_ROOTS * ROW))
      words.set(this.#words)
      this.#words = words
    } else this.#next = 0
  }

  /** Returns the index of a text, adding it if needed; -1 if it is empty or there are too many. */
  #indexOf(text: string): number {
    const known = this.#indexes.get(text)
    if (known !== undefined) return known
    const index = this.#texts.length
    if (text === '' || index >= MAX_TEXTS) return -1
    this.#texts.push(text)
    this.#indexes.set(text, index)
    return index
  }

  #forget(): void {
    this.#texts = []
    this.#indexes.clear()
    this.#words = new Int32Array(ROW * FIRST_ROOTS)
    this.#next = this.#used = 0
  }
}

/** Returns the endpoint as the trace shows it, so that both can be joined: the resource, else method and route. */
function endpointOf(span: SpanRecord): string {
  const { resource, tags } = span
  if (resource !== '')
    return resource.length > MAX_TEXT_LENGTH ? resource.slice(0, MAX_TEXT_LENGTH) : resource
  const method = tags['http.method']
  const route = tags['http.route']
  return method === undefined || route === undefined || route === '' ? '' : `${method} ${route}`
}

/** Returns whether a web span lies below another web span of this process. */
function hasWebAncestor(span: SpanRecord): boolean {
  const { root, spans } = span.trace
  if (root === undefined || root.type === 'web') return root !== undefined
  let child = span
  for (;;) {
    const { parentHi, parentLo } = child
    const parent = spans.find(({ idHi, idLo }) => idHi === parentHi && idLo === parentLo)
    // A parent that was already sent is no longer in the list.
    if (parent === undefined) return false
    if (parent.type === 'web') return true
    child = parent
  }
}
