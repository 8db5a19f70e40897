/** Servers of restify 4 to 6. One method runs the handlers of a route and those before any route. */

import { type AnyFunction, disguise, type PatchTools } from '../../src/kit/index'
import { webRequestOf } from '../../src/kit/web/index'
import { claimer, nameRoute } from './server'
import type { Request, Route } from './types'

/** Wraps the class of servers of restify 4 to 6. */
export function patchOldServer(prototype: object, tools: PatchTools): void {
  const claim = claimer(tools)
  tools.wrap(prototype, '_setupRequest', original => {
    return function (this: unknown, req: Request): unknown {
      claim(req)
      return Reflect.apply(original, this, arguments)
    }
  })
  tools.wrap(prototype, '_run', original => {
    return function (this: unknown, ...args: unknown[]): unknown {
      const [req, , route, , done] = args as [Request, unknown, Route | null, unknown, AnyFunction]
      const web = claim(req)
      if (web === undefined || typeof done !== 'function') return Reflect.apply(original, this, args)
      nameRoute(web, route)
      args[4] = disguise(function (this: unknown, error: unknown): unknown {
        if (error instanceof Error) web.fail(error)
        return Reflect.apply(done, this, arguments)
      }, done)
      return Reflect.apply(original, this, args)
    }
  })
  // An error that a handler throws is emitted here. The inherited `emit` is looked up at each call, since other code
  // may replace it.
  tools.wrap(prototype, 'emit', () => {
    const parent = Object.getPrototypeOf(prototype) as { emit: AnyFunction }
    return function (
      this: unknown,
      event: string,
      req: Request,
      _res: unknown,
      _route: unknown,
      error: unknown,
    ) {
      if (event === 'uncaughtException' && tools.state.enabled && req) webRequestOf(req)?.fail(error)
      return Reflect.apply(parent.emit, this, arguments)
    }
  })
}
