/**
 * Distinction between requests of the package undici and of `fetch`: the copy of undici inside of Node.js publishes on
 * the same channels.
 */

/** The request classes of all loaded copies of the package. */
const classes = new WeakSet<object>()

/** Adds the request class of a copy of the package. Returns a function that removes it. */
export function addRequestClass(Request: object): () => void {
  classes.add(Request)
  return () => classes.delete(Request)
}

/** Returns whether the package made the request, not the copy inside of Node.js. */
export function isOfPackage(request: object): boolean {
  return classes.has(request.constructor)
}
