/** Applications of Koa: they claim the request for Koa, and their middleware is wrapped. */

import { type AnyFunction, disguise, type PatchTools, perIntegration } from '../../src/kit/index'
import { MiddlewareSpans, oncePer, settled, viewOf, webRequestOf } from '../../src/kit/web/index'
import type { Application, Context } from './types'

/** Wraps the class of applications. */
export function patchApplication(Koa: { prototype: object }, tools: PatchTools): void {
  const site = tools.site({
    name: { v0: 'koa.request', v1: 'http.server.request' },
    type: 'web',
    kind: 'server',
  })
  const wrapMiddleware = middlewareWrapper(tools)
  tools.wrap(Koa.prototype, 'createContext', original => {
    return function (this: unknown, req: object): unknown {
      const web = tools.state.enabled ? webRequestOf(req) : undefined
      if (web !== undefined && web.framework === '') web.claim('koa', site)
      return Reflect.apply(original, this, arguments)
    }
  })
  // `callback` composes the middleware. It sees the wrapped ones, while the application keeps its own list.
  tools.wrap(Koa.prototype, 'callback', original => {
    return function (this: Application): unknown {
      const { middleware } = this
      if (!Array.isArray(middleware)) return Reflect.apply(original, this, arguments)
      this.middleware = viewOf(middleware, wrapMiddleware)
      try {
        return Reflect.apply(original, this, arguments)
      } finally {
        this.middleware = middleware
      }
    }
  })
}

/** Records errors that no middleware has caught; `null` is no error. */
export function patchContext(context: object, tools: PatchTools): void {
  tools.wrap(context, 'onerror', original => {
    return function (this: Context, error: unknown): unknown {
      if (error !== null && error !== undefined && tools.state.enabled) webRequestOf(this.req)?.fail(error)
      return Reflect.apply(original, this, arguments)
    }
  })
}

/**
 * Returns the function that wraps a middleware. An error is recorded where it occurs, since applications catch it in an
 * outer middleware and answer themselves.
 */
export const middlewareWrapper = perIntegration(tools => {
  const spans = new MiddlewareSpans(tools)
  return oncePer((middleware: AnyFunction) => {
    if (typeof middleware !== 'function') return middleware
    return disguise(function (this: unknown, ctx: Context, next: AnyFunction): unknown {
      const web = tools.state.enabled ? webRequestOf(ctx?.req) : undefined
      if (web === undefined) return Reflect.apply(middleware, this, arguments)
      // `router.routes()` gets no span of its own: each handler behind it has one (router.ts).
      if (spans.wanted && typeof next === 'function' && !('router' in middleware))
        return spans.runAsync(web, middleware.name, middleware, this, [ctx, next])
      return settled(middleware, this, arguments, undefined, error => web.fail(error))
    }, middleware)
  })
})
