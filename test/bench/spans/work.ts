/**
 * The work of the question `spans`: a trace of ten spans, with eight tags each. Half of the tags are what a site would
 * say each time, half are new with every span. All texts exist before the window starts.
 */

import { randomUUID } from 'node:crypto'

/** A root, three steps under it, two leaves under each step. */
export const SPANS_PER_TRACE = 10

const indexes = Array.from({ length: SPANS_PER_TRACE }, (_, index) => index)
/** Names of spans by their index in the trace. */
export const NAMES = indexes.map(index =>
  index === 0 ? 'bench.root' : index % 3 === 1 ? 'bench.step' : 'bench.leaf',
)
export const RESOURCES = indexes.map(index => `GET /orders/:id/part-${index}`)
export const SERVICE = 'bench'
export const TYPE = 'web'

// The same for all spans.
export const COMPONENT = 'bench'
export const KIND = 'client'
export const HOST = '127.0.0.1'
export const PORT = 5432

// One for each span.
const VARIANTS = 4096
const urls = Array.from({ length: VARIANTS }, (_, index) =>
  flat(`http://127.0.0.1:8080/orders/${index}?page=${index % 7}`),
)
const ids = Array.from({ length: VARIANTS }, () => flat(randomUUID()))

/** `serial` counts spans. */
export function urlOf(serial: number): string {
  return urls[serial & (VARIANTS - 1)] as string
}

export function requestIdOf(serial: number): string {
  return ids[serial & (VARIANTS - 1)] as string
}

export function rowsOf(serial: number): number {
  return serial & 1023
}

export function ratioOf(serial: number): number {
  return (serial & 255) / 7
}

/** One string in one piece: the first reader of a concatenation would pay for putting it together. */
function flat(text: string): string {
  return Buffer.from(text, 'latin1').toString('latin1')
}

/** Makes one trace: each span starts before its children and ends later. */
export function makeTrace<S>(
  serial: number,
  start: (index: number, serial: number, parent: S | undefined) => S,
  finish: (span: S) => void,
): void {
  const root = start(0, serial, undefined)
  for (let index = 1; index < SPANS_PER_TRACE; index += 3) {
    const step = start(index, serial + index, root)
    finish(start(index + 1, serial + index + 1, step))
    finish(start(index + 2, serial + index + 2, step))
    finish(step)
  }
  finish(root)
}

/** A subject, ready to work. */
export interface SpansSubject {
  /** Makes the ten spans of a trace; `serial` is the number of the first span. */
  trace(serial: number): void
  /** Resolves when all that was made has been sent. */
  flush(): Promise<void>
}
