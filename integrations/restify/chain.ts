/** Spans of the handlers in a chain, where they are wanted. */

import { type AnyFunction, disguise, type PatchTools } from '../../src/kit/index'
import { MiddlewareSpans, oncePer, viewOf, webRequestOf } from '../../src/kit/web/index'
import type { Chain } from './types'

/**
 * Wraps `run`, which alone gets a view of the chain with wrapped handlers: the application can read the chain's
 * handlers.
 */
export function patchChain(prototype: object, tools: PatchTools): void {
  const spans = new MiddlewareSpans(tools)
  const views = new WeakMap<Chain, Chain>()
  const wrapped = oncePer((handler: AnyFunction) => wrapHandler(handler, spans, tools))
  tools.wrap(prototype, 'run', original => {
    return function (this: Chain): unknown {
      if (!spans.wanted || !tools.state.enabled || !Array.isArray(this._stack))
        return Reflect.apply(original, this, arguments)
      let view = views.get(this)
      if (view === undefined) {
        view = Object.create(this, { _stack: { value: viewOf(this._stack, wrapped) } }) as Chain
        views.set(this, view)
      }
      return Reflect.apply(original, view, arguments)
    }
  })
}

function wrapHandler(handler: AnyFunction, spans: MiddlewareSpans, tools: PatchTools): AnyFunction {
  if (typeof handler !== 'function') return handler
  // Error handlers have the error as their first argument.
  const at = handler.length === 4 ? 1 : 0
  const name = (handler as { _name?: string })._name ?? handler.name
  return disguise(function (this: unknown, ...args: unknown[]): unknown {
    const web = tools.state.enabled ? webRequestOf(args[at] as object) : undefined
    if (web === undefined || typeof args.at(-1) !== 'function') return Reflect.apply(handler, this, args)
    return handler.length < 3
      ? spans.runAsync(web, name, handler, this, args)
      : spans.run(web, name, handler, this, args)
  }, handler)
}
