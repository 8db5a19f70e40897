/** The functions of a Connect application, which a request passes one after the other. */

import { type AnyFunction, disguise, type PatchTools } from '../../src/kit/index'
import { joinRoute, MiddlewareSpans, oncePer, type WebRequest, webRequestOf } from '../../src/kit/web/index'
import type { Layer } from './types'

/** Mount path of a request when it came to an application. */
interface Entry {
  before: string
  base: string
}

/** Entries by the `next` that an application makes for each request and passes to all of its functions. */
const entries = new WeakMap<AnyFunction, Entry>()

function entryOf(web: WebRequest, next: AnyFunction): Entry {
  let entry = entries.get(next)
  if (entry === undefined) {
    entry = { before: web.mount, base: web.finalRoute() }
    entries.set(next, entry)
  }
  return entry
}

/** Returns a function that wraps a layer. */
export function layerWrapper(tools: PatchTools): (layer: Layer) => Layer {
  const spans = new MiddlewareSpans(tools)
  return layer => {
    const wrapped = oncePer((handle: AnyFunction) => wrapHandle(handle, layer, spans, tools))
    return Object.create(layer, {
      handle: { get: () => (typeof layer.handle === 'function' ? wrapped(layer.handle) : layer.handle) },
    })
  }
}

function wrapHandle(
  handle: AnyFunction,
  layer: Layer,
  spans: MiddlewareSpans,
  tools: PatchTools,
): AnyFunction {
  const isForErrors = handle.length === 4
  return disguise(function (this: unknown, ...args: unknown[]): unknown {
    // Early versions call the function as a method of the layer.
    const self = this === undefined ? undefined : layer
    const web = tools.state.enabled ? webRequestOf(args.at(-3) as object) : undefined
    if (web === undefined) return Reflect.apply(handle, self, args)
    // The function that handles an error is not the one that failed.
    if (isForErrors) web.fail(args[0])
    else web.mount = joinRoute(entryOf(web, args[2] as AnyFunction).base, layer.route)
    return spans.wanted ? spans.run(web, handle.name, handle, self, args) : Reflect.apply(handle, self, args)
  }, handle)
}

/** Returns the layer behind the last one, to which a request or an error comes that no function has handled. */
export function endOf(tools: PatchTools): readonly Layer[] {
  const webOf = (req: object) => (tools.state.enabled ? webRequestOf(req) : undefined)
  const ignored = (req: object, _res: unknown, next: AnyFunction): void => {
    const web = webOf(req)
    const entry = entries.get(next)
    if (web !== undefined && entry !== undefined) web.mount = entry.before
    next()
  }
  const failed = (error: unknown, req: object, _res: unknown, next: AnyFunction): void => {
    webOf(req)?.fail(error)
    next(error)
  }
  return [ignored, failed].map(handle => ({ route: '', handle }))
}
