/** Calls functions in the style of Node.js, as the drivers of MySQL have these. */

/** Returns the arguments of a callback in the style of Node.js that is given last. */
export function called(fn: (callback: (...args: unknown[]) => void) => void): Promise<unknown[]> {
  return new Promise(resolve => fn((...args) => resolve(args)))
}
