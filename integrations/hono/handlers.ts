/** Handlers and middleware of Hono. The one that answers gives the route. */

import { disguise, type PatchTools } from '../../src/kit/index'
import { joinRoute, MiddlewareSpans, settled, webRequestOf } from '../../src/kit/web/index'
import type { Context, Handler, Next, Route } from './types'

/** Returns a function that wraps a handler. */
export function handlerWrapper(tools: PatchTools): (handler: Handler, route: Route) => Handler {
  const site = tools.site({
    name: { v0: 'hono.request', v1: 'http.server.request' },
    type: 'web',
    kind: 'server',
  })
  const spans = new MiddlewareSpans(tools)
  return (handler, route) => {
    const isForAll = route.method === 'ALL'
    return disguise(function (this: unknown, c: Context, next: Next): unknown {
      const incoming = tools.state.enabled ? c?.env?.incoming : undefined
      const web = typeof incoming === 'object' && incoming !== null ? webRequestOf(incoming) : undefined
      if (web === undefined) return Reflect.apply(handler, this, arguments)
      if (web.framework === '') web.claim('hono', site)
      const before = web.route
      web.route = routeAfter(before, route)
      const args = [
        c,
        () => {
          // A handler that calls `next` does not answer; perhaps none does.
          web.route = before
          return next()
        },
      ]
      if (isForAll && spans.wanted) return spans.runAsync(web, handler.name, handler, this, args)
      // An application mounted in this one handles its errors itself, and records them.
      const done = (): void => {
        if (c.error !== undefined) web.fail(c.error)
      }
      return settled(handler, this, args, done, error => web.fail(error))
    }, handler)
  }
}

/** Returns the route of a handler. `before` is the route so far, if its application is mounted in another one. */
function routeAfter(before: string, { path, method }: Route): string {
  if (method === 'ALL' && (path === '/*' || path === '*')) return before
  return before.endsWith('/*') ? joinRoute(before.slice(0, -2), path) : path
}
