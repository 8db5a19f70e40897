/**
 * Routers of the Express family: Express 4 has its own, Express 5 and other frameworks use the package `router`. They
 * give the route of a request, the errors of its handlers and, when asked for, a span for each middleware.
 *
 * The channel that router 2.3 publishes is not used: while it has subscribers, every handler gets another `next` than
 * the router's own, which applications notice.
 */

import type { IncomingMessage, ServerResponse } from 'node:http'
import type { PatchTools } from '../../patch/types'
import type { AnyFunction } from '../../patch/wrap'
import { MiddlewareSpans } from '../web/middleware'
import { type WebRequest, webRequestOf } from '../web/request'
import { joinRoute, Routing } from '../web/routing'
import { type Layer, LayerOrigin, noteOrigin, noteOrigins, type Router } from './layer-origin'

type Request = IncomingMessage & { baseUrl?: string; params?: Record<string, unknown> }

/** Wraps the prototype that all routers share. */
export function patchRouter(prototype: object, tools: PatchTools): void {
  for (const name of ['use', 'route']) {
    tools.wrap(prototype, name, original => {
      return function (this: Router, first: unknown): unknown {
        const before = this?.stack?.length
        const result = Reflect.apply(original, this, arguments)
        tools.fenced(() => {
          for (let at = before; at < this.stack.length; at++) noteOrigin(this, this.stack[at], first)
        })
        return result
      }
    })
  }
  tools.wrap(prototype, 'handle', original => {
    return function (this: Router, req: Request, res: ServerResponse, out: AnyFunction): unknown {
      const web = webRequestOf(req)
      if (web === undefined || !tools.state.enabled || typeof out !== 'function') {
        return Reflect.apply(original, this, arguments)
      }
      return original.call(this, req, res, enterRouter(this, web, req, res, out, tools))
    }
  })
}

/** Wraps the prototype of layers. Its methods have had two spellings. */
export function patchLayer(prototype: object, tools: PatchTools): void {
  const spans = new MiddlewareSpans(tools)
  for (const name of ['handle_request', 'handleRequest']) {
    tools.wrap(prototype, name, original => {
      return function (this: Layer, req: Request, res: ServerResponse, next: AnyFunction): unknown {
        const web = webRequestOf(req)
        if (web === undefined || !tools.state.enabled) return original.call(this, req, res, next)
        try {
          enterLayer(this, web, req)
        } catch (error) {
          tools.state.failed(error)
        }
        if (!spans.wanted || this.route !== undefined || this.handle.length > 3) {
          return original.call(this, req, res, next)
        }
        return spans.run(web, this.name, original, this, [req, res, next])
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
        const web = webRequestOf(req)
        web?.fail(error)
        if (web === undefined || !spans.wanted || !tools.state.enabled || this.handle.length !== 4) {
          return original.call(this, error, req, res, next)
        }
        return spans.run(web, this.name, original, this, [error, req, res, next])
      }
    })
  }
}

/**
 * Records that `router` begins to handle the request. Returns the function that the router must call when it is done.
 */
function enterRouter(
  router: Router,
  web: WebRequest,
  req: Request,
  res: ServerResponse,
  out: AnyFunction,
  tools: PatchTools,
): AnyFunction {
  try {
    noteOrigins(router)
    web.routing ??= new Routing()
    web.routing.enterRouter(router, req.baseUrl ?? '')
  } catch (error) {
    tools.state.failed(error)
  }
  const { routing, route } = web
  // Only the outermost router's end is the end of routing.
  if (routing === undefined || routing.inside) return out
  routing.inside = true
  return function (this: unknown, error?: unknown): unknown {
    routing.inside = false
    if (error) web.fail(error)
    // No handler answered: the routes that matched on the way do not count, and the request keeps the route that an
    // outer framework gave it.
    else if (!res.headersSent) web.route = route
    return Reflect.apply(out, this, arguments)
  }
}

/** Records that the request has come to `layer`: its route, or the path under which a router is mounted. */
function enterLayer(layer: Layer, web: WebRequest, req: Request): void {
  const { routing } = web
  const router = LayerOrigin.routerOf(layer)
  // Layers inside of a route have no origin: the route's own layer was recorded.
  if (routing === undefined || router === undefined) return
  const pattern = LayerOrigin.patternOf(layer)
  const base = req.baseUrl ?? ''
  if (layer.route !== undefined) {
    const text = typeof pattern === 'function' ? pattern(pathOf(req)) : (pattern ?? pathOf(req))
    web.matched(joinRoute(routing.routeOf(base), text))
  } else if (pattern !== '/' && base !== '') {
    const matched = base.slice(routing.baseOf(router).length)
    const text =
      typeof pattern === 'function' ? pattern(matched) : (pattern ?? withNames(matched, req.params))
    routing.enterMount(router, text, base)
  }
}

function pathOf(req: Request): string {
  const url = req.url ?? '/'
  const query = url.indexOf('?')
  return query < 0 ? url : url.slice(0, query)
}

/**
 * Replaces values of parameters by their names, for patterns that were not recorded: `/users/42` → `/users/:id`, where
 * `id` is 42.
 */
function withNames(path: string, params: Readonly<Record<string, unknown>> = {}): string {
  const names = new Map(Object.entries(params).map(([name, value]) => [value, name]))
  return path
    .split('/')
    .map(segment => {
      const name = segment === '' ? undefined : names.get(decode(segment))
      return name === undefined ? segment : `:${name}`
    })
    .join('/')
}

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment)
  } catch {
    return segment
  }
}
