/**
 * Fastify 3 to 5.
 *
 * The channels of Fastify 5 (`tracing:fastify.request.handler`) are not used: while they have subscribers, the response
 * of an error handler that sets no status has 500 instead of 200. They also do not report hooks, and requests without a
 * route. Fastify's hooks are not used either: an application that prints its hooks would see them.
 */

import {
  type AnyFunction,
  type ConfiguredSite,
  defineIntegration,
  disguise,
  type PatchTools,
} from '../../src/kit/index'
import { webRequestOf } from '../../src/kit/web/index'
import { patchMiddie } from './middie'
import type { Reply, RouteContext } from './types'

export default defineIntegration({
  name: 'fastify',
  doc: 'Requests that a Fastify application handles: their route and the errors of their hooks and handlers.',
  options: {
    middleware:
      'Make a span for each `middie` middleware; default: the option `middlewareTracingEnabled` of `init()`.',
  },
  targets: [
    // Nothing is patched in the main module, but applications look here for the flag `__datadog_patch`.
    { module: 'fastify', versions: '>=3 <6', patch() {} },
    {
      module: 'fastify',
      versions: '>=3 <6',
      file: 'lib/reply.js',
      patch: (exports, tools) => patchReply(exports.prototype, tools),
    },
    {
      module: 'find-my-way',
      versions: '>=3 <10',
      patch: (exports, tools) => patchRouter(exports.prototype, tools),
    },
    { module: 'middie', versions: '>=5 <8', file: 'engine.js', patch: patchMiddie },
    { module: '@fastify/middie', versions: '>=8 <10', file: 'lib/engine.js', patch: patchMiddie },
  ],
})

/** Patches the router, where Fastify registers one handler for all routes, with a context for each. */
function patchRouter(prototype: object, tools: PatchTools): void {
  const site = tools.site({
    name: { v0: 'fastify.request', v1: 'http.server.request' },
    type: 'web',
    kind: 'server',
  })
  const middleware = tools.site({ name: 'fastify.middleware', measured: false })
  const wrappers = new WeakMap<AnyFunction, AnyFunction>()
  tools.wrap(prototype, 'on', original => {
    return function (this: unknown, ...args: unknown[]): unknown {
      const at = args.length - 2
      const handler = args[at]
      if (typeof handler === 'function' && isRouteContext(args[at + 1])) {
        let replaced = wrappers.get(handler as AnyFunction)
        if (replaced === undefined) {
          replaced = traceHandler(handler as AnyFunction, site, middleware, tools)
          wrappers.set(handler as AnyFunction, replaced)
        }
        args[at] = replaced
      }
      return Reflect.apply(original, this, args)
    }
  })
}

function traceHandler(
  handler: AnyFunction,
  site: ConfiguredSite,
  middleware: ConfiguredSite,
  tools: PatchTools,
): AnyFunction {
  return disguise(function (
    this: unknown,
    req: object,
    _res: unknown,
    _params: unknown,
    { config }: RouteContext,
  ): unknown {
    const web = tools.state.enabled ? webRequestOf(req) : undefined
    if (web !== undefined) {
      if (web.framework === '') web.claim('fastify', site, middleware)
      // The context of the 404 handler has no URL.
      if (typeof config?.url === 'string') web.matched(config.url)
    }
    return Reflect.apply(handler, this, arguments)
  }, handler)
}

function isRouteContext(store: unknown): store is RouteContext {
  return typeof store === 'object' && store !== null && 'config' in store && 'Reply' in store
}

/** Patches replies: an error in a hook or a handler is sent through one. */
function patchReply(prototype: object, tools: PatchTools): void {
  let isError: symbol | undefined
  tools.wrap(prototype, 'send', original => {
    return function (this: Reply, payload: unknown): unknown {
      const web = tools.state.enabled ? webRequestOf(this.raw) : undefined
      if (web !== undefined && !this.sent) {
        isError ??= Object.getOwnPropertySymbols(this).find(
          symbol => symbol.description === 'fastify.reply.isError',
        )
        if (payload instanceof Error || (isError !== undefined && this[isError] === true)) web.fail(payload)
      }
      return Reflect.apply(original, this, arguments)
    }
  })
}
