/** Marks the agent's own servers, so that a tracer in the same process makes no spans for their requests. */

/** A server object that carries this symbol as `true` is left alone by the HTTP integration. */
export const UNTRACED = Symbol.for('tracer.untraced')

/** Sets the mark, out of sight of loops over the object's keys. */
export function markUntraced<T extends object>(server: T): T {
  return Object.defineProperty(server, UNTRACED, { value: true })
}
