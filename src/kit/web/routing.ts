/**
 * Where in a tree of mounted routers a request is, for routers of the Express family. Express tells a handler only the
 * text that matched (`req.baseUrl` is `/users/42`); a route is the patterns that matched it (`/users/:id`).
 */

/** A pattern as the application wrote it: text, regular expression, or a list of them. */
export type PathPattern = string | RegExp | readonly PathPattern[]

interface Level {
  router: object
  /** `req.baseUrl` when the router was entered. */
  base: string
}

interface Mount {
  /** `req.baseUrl` inside of the mounted layer. */
  base: string
  /** Patterns from the outermost router down to this layer. */
  route: string
}

export class Routing {
  /** Whether a router is at work on the request: only the outermost sees its end. */
  inside = false
  readonly #levels: Level[] = []
  readonly #mounts: Mount[] = []

  /** A router begins to look for layers. */
  enterRouter(router: object, base: string): void {
    // Most requests see one router, at the root: what is not noted there is at the root.
    if (base !== '' || this.#levels.length > 0) this.#levels.push({ router, base })
  }

  /** A layer that was mounted on `router` under `pattern` begins to run; `base` already contains what it matched. */
  enterMount(router: object, pattern: string, base: string): void {
    this.#mounts.push({ base, route: joinRoute(this.routeOf(this.baseOf(router)), pattern) })
  }

  /** Patterns that led to `base`; the literal text where they are not known. */
  routeOf(base: string): string {
    if (base === '') return ''
    for (let at = this.#mounts.length - 1; at >= 0; at--)
      if (this.#mounts[at].base === base) return this.#mounts[at].route
    return base
  }

  /** `req.baseUrl` when `router` was entered last. */
  baseOf(router: object): string {
    for (let at = this.#levels.length - 1; at >= 0; at--) {
      if (this.#levels[at].router === router) return this.#levels[at].base
    }
    return ''
  }
}

/** Appends `pattern`; `/` and a lone wildcard add nothing to a route. */
export function joinRoute(route: string, pattern: string): string {
  if (pattern === '*' || pattern === '/*') return route
  if (pattern === '/' || pattern === '') return route === '' ? pattern : route
  const before = route.endsWith('/') ? route.slice(0, -1) : route
  return before + (pattern.startsWith('/') || pattern.startsWith('(') ? pattern : `/${pattern}`)
}

/**
 * Which of two routes names a request that came to `first` and then, since that passed it on, to `second`: the second,
 * which answers or is nearer to who does, unless only the first is without wildcards.
 */
export function moreSpecific(first: string, second: string): string {
  if (second === '') return first
  return isWild(second) && first !== '' && !isWild(first) ? first : second
}

function isWild(route: string): boolean {
  return route.includes('*') || route.includes('(/')
}

/** How a pattern is written in a route. */
export function patternText(pattern: PathPattern): string {
  return pattern instanceof RegExp ? `(${pattern})` : String(pattern)
}
