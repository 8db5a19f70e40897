/**
 * Routers of the Express family: Express 4 brings its own, Express 5 and others use the package `router`. From them come
 * the route of a request, the errors of its handlers and, when asked for, a span for each middleware.
 *
 * The channel that router 2.3 publishes is not used: while it has subscribers, every handler gets another `next` than
 * the router's own, which applications notice.
 */

import type { IncomingMessage, ServerResponse } from 'node:http'
import {
  type AnyFunction,
  join,
  type PatchTools,
  type PathPattern,
  patternText,
  Routing,
  type WebRequest,
  webRequestOf,
} from '../../src/kit/index'
import { traceMiddleware } from './middleware'

/** On a layer: the router that it belongs to and the pattern it was registered with. */
const PLACE = Symbol('tracer.place')

interface Place {
  router: object
  /** Text of the pattern; for a list, a function that finds which of them matched. */
  pattern: string | ((path: string) => string)
}

interface Layer {
  [PLACE]?: Place
  name: string
  handle: AnyFunction
  route?: { path: PathPattern }
  /** Since router 2.3. */
  rawPath?: PathPattern
  match(path: string): unknown
}

interface Router {
  stack: Layer[]
  caseSensitive?: boolean
  strict?: boolean
}

type Request = IncomingMessage & { baseUrl?: string }

/** Wraps the prototype that all routers share. */
export function patchRouter(prototype: object, tools: PatchTools): void {
  for (const name of ['use', 'route'] as const) {
    tools.wrap(prototype, name, original => {
      return function (this: Router, first: unknown): unknown {
        const before = this.stack.length
        const result = Reflect.apply(original, this, arguments)
        tools.fenced(() => {
          for (const layer of this.stack.slice(before)) place(this, layer, patternOf(first), name === 'route')
        })
        return result
      }
    })
  }
  tools.wrap(prototype, 'handle', original => {
    return function (this: Router, req: Request, res: ServerResponse, out: AnyFunction): unknown {
      const web = webRequestOf(req)
      if (web === undefined || !tools.state.enabled) return Reflect.apply(original, this, arguments)
      web.routing ??= new Routing()
      const { routing } = web
      routing.enterRouter(this, req.baseUrl ?? '')
      if (routing.inside || typeof out !== 'function') return Reflect.apply(original, this, arguments)
      routing.inside = true
      const outermost = function (this: unknown, error?: unknown): unknown {
        routing.inside = false
        if (error) web.fail(error)
        // Nothing handled the request: what it passed on its way is not its route.
        else if (!res.headersSent) web.route = ''
        return Reflect.apply(out, this, arguments)
      }
      return original.call(this, req, res, outermost)
    }
  })
}

/** Wraps the prototype of layers; the methods have had two spellings. */
export function patchLayer(prototype: object, tools: PatchTools): void {
  const live = {
    site: tools.site({ name: `${tools.state.name}.middleware`, measured: false }),
    middleware: false,
  }
  tools.state.onConfigure(() => {
    live.middleware = Boolean(tools.state.options.middleware ?? tools.config.middlewareTracing)
  })
  for (const name of ['handle_request', 'handleRequest']) {
    tools.wrap(prototype, name, original => {
      return function (this: Layer, req: Request, res: ServerResponse, next: AnyFunction): unknown {
        const web = webRequestOf(req)
        if (web === undefined || !tools.state.enabled) return original.call(this, req, res, next)
        try {
          enter(this, web, req)
        } catch (error) {
          tools.state.failed(error)
        }
        if (!live.middleware || this.route !== undefined || this.handle.length > 3) {
          return original.call(this, req, res, next)
        }
        return traceMiddleware(web, this, live.site.site, original, req, res, next, tools)
      }
    })
  }
  for (const name of ['handle_error', 'handleError']) {
    tools.wrap(prototype, name, original => {
      return function (
        this: Layer,
        error: unknown,
        req: Request,
        res: ServerResponse,
        next: AnyFunction,
      ): unknown {
        webRequestOf(req)?.fail(error)
        return original.call(this, error, req, res, next)
      }
    })
  }
}

function place(router: Router, layer: Layer, pattern: PathPattern, exact: boolean): void {
  const all = (Array.isArray(pattern) ? pattern.flat(Number.POSITIVE_INFINITY) : [pattern]) as PathPattern[]
  if (all.length === 1) {
    layer[PLACE] = { router, pattern: patternText(all[0]) }
    return
  }
  // Which of several patterns matched, the library's own matcher tells best.
  const Layer = layer.constructor as new (path: PathPattern, options: object, handle: AnyFunction) => Layer
  const options = { sensitive: router.caseSensitive, strict: exact && router.strict, end: exact }
  const candidates = all.map(each => ({ text: patternText(each), layer: new Layer(each, options, () => {}) }))
  layer[PLACE] = { router, pattern: path => candidates.find(each => each.layer.match(path))?.text ?? '' }
}

/** First argument of `use` and `route`: a pattern, or already a handler. */
function patternOf(first: unknown): PathPattern {
  let leaf = first
  while (Array.isArray(leaf) && leaf.length > 0) leaf = leaf[0]
  return typeof leaf === 'function' || first === undefined ? '/' : (first as PathPattern)
}

/** The request has come to `layer`. */
function enter(layer: Layer, web: WebRequest, req: Request): void {
  const { routing } = web
  if (routing === undefined) return
  const at = layer[PLACE]
  const base = req.baseUrl ?? ''
  if (layer.route !== undefined) {
    // A layer that was registered before the router was patched knows its pattern only by its route.
    const pattern = at === undefined ? patternText(layer.route.path) : textOf(at, pathOf(req))
    web.matched(join(routing.routeOf(base), pattern))
  } else if (at !== undefined && at.pattern !== '/') {
    routing.enterMount(at.router, textOf(at, base), base)
  }
}

function textOf(place: Place, path: string): string {
  return typeof place.pattern === 'string' ? place.pattern : place.pattern(path)
}

function pathOf(req: Request): string {
  const url = req.url ?? '/'
  const query = url.indexOf('?')
  return query < 0 ? url : url.slice(0, query)
}
