/** Which requests the package undici made: the copy of undici inside of Node.js publishes on the same channels. */

/** Classes of requests of the package, in all its copies. */
const classes = new WeakSet<object>()

/** Calls requests of the class `Request` those of the package; returns what undoes it. */
export function addRequestClass(Request: object): () => void {
  classes.add(Request)
  return () => classes.delete(Request)
}

/** Whether the request was made by the package, and not by Node's own copy. */
export function isOfPackage(request: object): boolean {
  return classes.has(request.constructor)
}
