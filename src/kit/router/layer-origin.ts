/** The router and the path pattern that a layer was registered with. */

import type { AnyFunction } from '../../patch/wrap'
import { Mark } from '../mark'
import { type PathPattern, patternText } from '../web/routing'

/** A function of a router, with the path that it is for. */
export interface Layer {
  name: string
  handle: AnyFunction
  route?: { path: PathPattern }
  /** The path as the application gave it; since router 2.3. */
  rawPath?: PathPattern
  match(path: string): unknown
}

/** A router, which is a list of layers. */
export interface Router {
  stack: Layer[]
  caseSensitive?: boolean
  strict?: boolean
}

/** Text of a pattern. For a list of patterns, a function that finds the one that matched; undefined = unknown. */
export type Pattern = string | ((path: string) => string) | undefined

/** Marks a layer with its router and its pattern. */
export class LayerOrigin extends Mark {
  readonly #router: Router
  readonly #pattern: Pattern

  private constructor(layer: Layer, router: Router, pattern: Pattern) {
    super(layer)
    this.#router = router
    this.#pattern = pattern
  }

  /** Records that `layer` was registered on `router` under `pattern`; a second record is ignored. */
  static set(layer: Layer, router: Router, pattern: Pattern): void {
    if (!(#router in layer)) new LayerOrigin(layer, router, pattern)
  }

  static routerOf(layer: Layer): Router | undefined {
    return #router in layer ? layer.#router : undefined
  }

  static patternOf(layer: Layer): Pattern {
    return #router in layer ? layer.#pattern : undefined
  }
}

/**
 * Marks a router whose layers all have a `LayerOrigin`. Layers registered before the tracer loaded get theirs at the
 * first request.
 */
class Surveyed extends Mark {
  readonly #done = true

  static survey(router: Router): void {
    if (#done in router) return
    for (const layer of router.stack) {
      const path = layer.route?.path ?? layer.rawPath
      LayerOrigin.set(layer, router, path === undefined ? undefined : compile(router, layer, path))
    }
    new Surveyed(router)
  }
}

/** Records the origin of all layers of `router` that have none. */
export const noteOrigins = Surveyed.survey

/** Records the origin of `layer`, registered with `first`, the first argument of `use` or `route`. */
export function noteOrigin(router: Router, layer: Layer, first: unknown): void {
  LayerOrigin.set(layer, router, compile(router, layer, pathIn(first)))
}

function compile(router: Router, layer: Layer, path: PathPattern): Pattern {
  if (!Array.isArray(path)) return patternText(path)
  const all = path.flat(Number.POSITIVE_INFINITY) as PathPattern[]
  if (all.length === 1) return patternText(all[0])
  // The library's own matcher decides which of several patterns matched.
  const Layer = layer.constructor as new (path: PathPattern, options: object, handle: AnyFunction) => Layer
  const exact = layer.route !== undefined
  const options = { sensitive: router.caseSensitive, strict: exact && router.strict, end: exact }
  const candidates = all.map(each => ({ text: patternText(each), layer: new Layer(each, options, () => {}) }))
  return path => candidates.find(each => each.layer.match(path))?.text ?? ''
}

/** Returns the path in the first argument of `use`, which may be a path, a handler, or nested lists of these. */
function pathIn(first: unknown): PathPattern {
  let leaf = first
  while (Array.isArray(leaf) && leaf.length > 0) leaf = leaf[0]
  return typeof leaf === 'function' || first === undefined ? '/' : (first as PathPattern)
}
