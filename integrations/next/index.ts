/**
 * Next.js' production server. A span for each request that reaches its pages, handlers and files, under that of the HTTP
 * server, which gets the page as its route.
 *
 * Pages and handlers are code that Next.js has bundled: what they call is traced where it stayed a package of its own
 * (`serverExternalPackages`) or is a module of Node.js. Code for its edge runtime has no part of Node.js to trace in.
 */

import { type AnyFunction, defineIntegration, disguise, type PatchTools } from '../../src/kit/index'
import { MIDDLEWARE_OPTION } from '../../src/kit/web/index'
import { PageRequest, rawRequest } from './page-request'
import { middlewareTracer, pageTracer } from './trace-page'
import type { NextRequest, NextResponse, RenderContext, RouteMatch } from './types'

const target = { module: 'next', versions: '>=13.5.1 <17' }

export default defineIntegration({
  name: 'next',
  doc: 'Requests that the server of Next.js handles: pages, route handlers, API routes, and static files.',
  options: MIDDLEWARE_OPTION,
  targets: [
    { ...target, file: 'dist/server/base-server.js', patch: patchServer },
    { ...target, file: 'dist/server/next-server.js', patch: patchNodeServer },
    { ...target, file: 'dist/server/serve-static.js', patch: patchStatic },
  ],
})

interface ServerModule {
  default: { prototype: object }
}

function patchServer({ default: { prototype } }: ServerModule, tools: PatchTools): void {
  const trace = pageTracer(tools)
  const middleware = middlewareTracer(tools)
  tools.wrap(prototype, 'handleRequest', original => {
    return function (this: unknown, req: NextRequest, res: NextResponse): unknown {
      return (isMiddleware(req) ? middleware : trace)(req, res, () =>
        Reflect.apply(original, this, arguments),
      )
    }
  })
  tools.wrap(prototype, 'renderToResponseWithComponents', original => {
    return function (this: unknown, { req, pathname }: RenderContext): unknown {
      PageRequest.of(req)?.show(pathname)
      return Reflect.apply(original, this, arguments)
    }
  })
  tools.wrap(prototype, 'renderErrorToResponse', original => {
    return function (this: unknown, { req }: RenderContext, error: unknown): unknown {
      // Without an error: the page is not found.
      if (error !== null && error !== undefined) PageRequest.of(req)?.fail(error)
      return Reflect.apply(original, this, arguments)
    }
  })
}

function patchNodeServer({ default: { prototype } }: ServerModule, tools: PatchTools): void {
  tools.wrap(prototype, 'handleApiRequest', original => {
    return function (
      this: unknown,
      req: NextRequest,
      _res: unknown,
      _query: unknown,
      match: RouteMatch,
    ): unknown {
      const path = match?.definition?.pathname
      if (path !== undefined) PageRequest.of(req)?.show(path)
      return Reflect.apply(original, this, arguments)
    }
  })
}

interface StaticModule {
  serveStatic: AnyFunction
}

/** Its exports are getters that cannot be replaced: the module gets others, which look the same. */
function patchStatic(exports: StaticModule, tools: PatchTools): object {
  const trace = pageTracer(tools)
  const original = exports.serveStatic
  const value = disguise(function (
    this: unknown,
    req: NextRequest,
    res: NextResponse,
    path: string,
  ): unknown {
    return trace(req, res, () => {
      PageRequest.of(req)?.show(path.includes('/_next/') ? '/_next/static/*' : '/public/*')
      return Reflect.apply(original, this, arguments)
    })
  }, original)
  const descriptors = Object.getOwnPropertyDescriptors(exports)
  return Object.defineProperties({}, { ...descriptors, serveStatic: { value, enumerable: true } })
}

const META = Symbol.for('NextInternalRequestMeta')

/** Newer versions say it beside the request, older ones in a header. */
function isMiddleware(req: NextRequest): boolean {
  if (req.headers['x-middleware-invoke']) return true
  const meta = (rawRequest(req) as { [META]?: { middlewareInvoke?: unknown } })[META]
  return meta?.middlewareInvoke === true
}
