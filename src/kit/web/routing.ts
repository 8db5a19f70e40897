/**
 * Position of a request in a tree of mounted routers, for the Express family. Express gives a handler only the text
 * that matched (`req.baseUrl` is `/users/42`); a route consists of the patterns that matched it (`/users/:id`).
 */

/** A path pattern as the application wrote it: a text, a regular expression, or a list of patterns. */
export type PathPattern = string | RegExp | readonly PathPattern[]

interface Level {
  router: object
  /** Value of `req.baseUrl` when the router was entered. */
  base: string
}

interface Mount {
  /** Value of `req.baseUrl` inside of the mounted layer. */
  base: string
  /** Patterns from the outermost router down to this layer. */
  route: string
}

/** Tracks the routers and mounts that a request passes. */
export class Routing {
  /** True while a router handles the request: only the outermost one reports the end. */
  inside = false
  readonly #levels: Level[] = []
  readonly #mounts: Mount[] = []

  /** Records that a router begins to handle the request. */
  enterRouter(router: object, base: string): void {
    // Most requests see one router, mounted at the root, which needs no record: unknown routers are taken to be there.
    if (base !== '' || this.#levels.length > 0) this.#levels.push({ router, base })
  }

  /**
   * Records that a layer, mounted on `router` under `pattern`, begins to run. `base` already contains what it matched.
   */
  enterMount(router: object, pattern: string, base: string): void {
    this.#mounts.push({ base, route: joinRoute(this.routeOf(this.baseOf(router)), pattern) })
  }

  /** Returns the patterns that led to `base`; the literal text if they are not known. */
  routeOf(base: string): string {
    if (base === '') return ''
    for (let at = this.#mounts.length - 1; at >= 0; at--)
      if (this.#mounts[at].base === base) return this.#mounts[at].route
    return base
  }

  /** Returns `req.baseUrl` as it was when `router` was last entered. */
  baseOf(router: object): string {
    for (let at = this.#levels.length - 1; at >= 0; at--) {
      if (this.#levels[at].router === router) return this.#levels[at].base
    }
    return ''
  }
}

/** Appends `pattern` to a route; `/` and a lone wildcard add nothing. */
export function joinRoute(route: string, pattern: string): string {
  if (pattern === '*' || pattern === '/*') return route
  if (pattern === '/' || pattern === '') return route === '' ? pattern : route
  const before = route.endsWith('/') ? route.slice(0, -1) : route
  return before + (pattern.startsWith('/') || pattern.startsWith('(') ? pattern : `/${pattern}`)
}

/**
 * Decides between the routes of two layers that handled a request, `first` before `second`. The second is nearer to the
 * handler that answered, so it counts, unless it has a wildcard and the first has none.
 */
export function moreSpecific(first: string, second: string): string {
  if (second === '') return first
  return isWild(second) && first !== '' && !isWild(first) ? first : second
}

function isWild(route: string): boolean {
  return route.includes('*') || route.includes('(/')
}

/** Returns the text of a pattern in a route. */
export function patternText(pattern: PathPattern): string {
  return pattern instanceof RegExp ? `(${pattern})` : String(pattern)
}
