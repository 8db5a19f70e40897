/** Routers of Koa: the route that handles a request. */

import { type AnyFunction, activeSpan, type PatchTools } from '../../src/kit/index'
import { joinRoute, oncePer, type PathPattern, patternText, webRequestOf } from '../../src/kit/web/index'
import { middlewareWrapper } from './application'
import type { Context, Layer, Match } from './types'

type RouterClass = { prototype?: { match?: unknown }; Router?: RouterClass }

/**
 * Wraps `match`, by which a router finds the layers of a request, to run their functions one after the other. It
 * returns copies of the layers with one more function in front, which records the route; the application's layers stay
 * as they are.
 */
export function patchRouter(exports: RouterClass, tools: PatchTools): void {
  const { prototype } = exports.Router ?? exports
  if (typeof prototype?.match !== 'function') return
  const shadow = oncePer((layer: Layer) => shadowOf(layer, tools))
  tools.wrap(prototype, 'match', original => {
    return function (this: unknown): unknown {
      const match = Reflect.apply(original, this, arguments)
      if (tools.state.enabled && activeSpan() !== undefined) tools.fenced(() => replace(match, shadow))
      return match
    }
  })
}

function replace(match: Match, shadow: (layer: Layer) => Layer): void {
  if (!Array.isArray(match?.pathAndMethod)) return
  match.pathAndMethod = match.pathAndMethod.map(layer =>
    Array.isArray(layer?.stack) && Array.isArray(layer.methods) ? shadow(layer) : layer,
  )
}

function shadowOf(layer: Layer, tools: PatchTools): Layer {
  const note = (ctx: Context, next: AnyFunction): unknown => {
    const web = tools.state.enabled ? webRequestOf(ctx.req) : undefined
    if (web !== undefined) {
      try {
        const path = pathFor(ctx, layer)
        if (path !== undefined) web.matched(joinRoute(mountOf(ctx), patternText(path)))
      } catch (error) {
        tools.state.failed(error)
      }
    }
    return next()
  }
  const wrapMiddleware = middlewareWrapper(tools)
  return Object.create(layer, { stack: { get: () => [note, ...layer.stack.map(wrapMiddleware)] } })
}

/** Returns the path of a layer. Middleware of a router runs in front of a route, and has that route's path. */
function pathFor(ctx: Context, layer: Layer): PathPattern | undefined {
  if (layer.methods.length > 0) return layer.path
  const { matched = [] } = ctx
  for (let at = matched.indexOf(layer) + 1; at < matched.length; at++) {
    if (matched[at].methods.includes(ctx.method)) return matched[at].path
  }
  return undefined
}

/**
 * Returns the path under which an application is mounted in another one (`koa-mount`), which its routers do not see.
 */
function mountOf({ originalUrl = '', path }: Context): string {
  const query = originalUrl.indexOf('?')
  const whole = query < 0 ? originalUrl : originalUrl.slice(0, query)
  if (whole === path) return ''
  if (whole.endsWith(path)) return whole.slice(0, -path.length)
  return path === '/' ? whole : ''
}
