/** Servers of restify 10 and later. One method runs each step of a request. */

import type { PatchTools } from '../../src/kit/index'
import { patternText, type WebRequest, webRequestOf } from '../../src/kit/web/index'
import type { Request, Route } from './types'

/** Wraps the class of servers. */
export function patchServer(prototype: object, tools: PatchTools): void {
  const claim = claimer(tools)
  tools.wrap(prototype, '_onRequest', original => {
    return function (this: unknown, req: Request): unknown {
      claim(req)
      return Reflect.apply(original, this, arguments)
    }
  })
  // This is the first step after the router has found a route.
  tools.wrap(prototype, '_runUse', original => {
    return function (this: unknown, req: Request): unknown {
      if (tools.state.enabled) nameRoute(webRequestOf(req), req.route)
      return Reflect.apply(original, this, arguments)
    }
  })
  tools.wrap(prototype, '_onHandlerError', original => {
    return function (this: unknown, error: unknown, req: Request): unknown {
      if (tools.state.enabled) webRequestOf(req)?.fail(error)
      return Reflect.apply(original, this, arguments)
    }
  })
}

/** Returns a function that claims a request for restify, once. */
export function claimer(tools: PatchTools): (req: Request) => WebRequest | undefined {
  const site = tools.site({
    name: { v0: 'restify.request', v1: 'http.server.request' },
    type: 'web',
    kind: 'server',
  })
  return req => {
    const web = tools.state.enabled ? webRequestOf(req) : undefined
    if (web !== undefined && web.framework === '') web.claim('restify', site)
    return web
  }
}

/** Records the route of a request. */
export function nameRoute(web: WebRequest | undefined, route: Route | null | undefined): void {
  const path = route?.spec?.path ?? route?.path
  if (web !== undefined && path !== undefined) web.matched(patternText(path))
}
