/** Express-style middleware, which the plugin `middie` adds to Fastify. */

import { type AnyFunction, disguise, type PatchTools } from '../../src/kit/index'
import { MiddlewareSpans, oncePer, webRequestOf } from '../../src/kit/web/index'
import type { MakeEngine } from './types'

/** Patches the plugin's engine, which is created for each application and keeps its middleware to itself. */
export function patchMiddie(make: MakeEngine, tools: PatchTools): MakeEngine | undefined {
  if (typeof make !== 'function') return undefined
  const spans = new MiddlewareSpans(tools)
  const wrapped = oncePer((middleware: AnyFunction) => wrapMiddleware(middleware, spans, tools))
  return disguise(function (this: unknown) {
    const engine = Reflect.apply(make, this, arguments)
    tools.wrap(engine, 'use', original => {
      return function (this: unknown, ...args: unknown[]): unknown {
        const last = args.length - 1
        const given = args[last]
        if (typeof given === 'function') args[last] = wrapped(given as AnyFunction)
        else if (Array.isArray(given))
          args[last] = given.map(each => (typeof each === 'function' ? wrapped(each) : each))
        return Reflect.apply(original, this, args)
      }
    })
    return engine
  }, make)
}

function wrapMiddleware(middleware: AnyFunction, spans: MiddlewareSpans, tools: PatchTools): AnyFunction {
  return disguise(function (this: unknown, req: object, res: unknown, next: AnyFunction): unknown {
    const web = spans.wanted && tools.state.enabled ? webRequestOf(req) : undefined
    if (web === undefined || typeof next !== 'function') return Reflect.apply(middleware, this, arguments)
    return spans.run(web, middleware.name, middleware, this, [req, res, next])
  }, middleware)
}
