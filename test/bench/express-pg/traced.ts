/** A subject of `express-pg`: what it does before express and pg are loaded, and how it sends what it still holds. */

export interface Traced {
  /** Resolves when all spans that have ended have been sent. */
  flush(): Promise<void>
}
