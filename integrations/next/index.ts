/**
 * Next.js' production server. Each request for a page, a handler or a file has a span below that of the HTTP server,
 * which gets the page as its route.
 *
 * Pages and handlers are bundled by Next.js: calls of libraries are traced if these stayed packages
 * (`serverExternalPackages`) or are modules of Node.js. Code for the edge runtime is not traced, since it does not run
 * in Node.js.
 */

import { type AnyFunction, defineIntegration, disguise, type PatchTools } from '../../src/kit/index'
import { MIDDLEWARE_OPTION } from '../../src/kit/web/index'
import { PageRequest, rawRequest } from './page-request'
import { middlewareRunner, pageRunner } from './trace-page'
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
  const runPage = pageRunner(tools)
  const runMiddleware = middlewareRunner(tools)
  tools.wrap(prototype, 'handleRequest', original => {
    return function (this: unknown, req: NextRequest, res: NextResponse): unknown {
      return (isMiddleware(req) ? runMiddleware : runPage)(req, res, () =>
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
      // Called without an error for pages that do not exist.
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

/**
 * Patches a module whose exports are getters that cannot be replaced: returns other exports with the same properties.
 */
function patchStatic(exports: StaticModule, tools: PatchTools): object {
  const runPage = pageRunner(tools)
  const original = exports.serveStatic
  const value = disguise(function (
    this: unknown,
    req: NextRequest,
    res: NextResponse,
    path: string,
  ): unknown {
    return runPage(req, res, () => {
      PageRequest.of(req)?.show(path.includes('/_next/') ? '/_next/static/*' : '/public/*')
      return Reflect.apply(original, this, arguments)
    })
  }, original)
  const descriptors = Object.getOwnPropertyDescriptors(exports)
  return Object.defineProperties({}, { ...descriptors, serveStatic: { value, enumerable: true } })
}

const META = Symbol.for('NextInternalRequestMeta')

/** Returns whether a request is for the middleware: newer versions mark the request object, older ones set a header. */
function isMiddleware(req: NextRequest): boolean {
  if (req.headers['x-middleware-invoke']) return true
  const meta = (rawRequest(req) as { [META]?: { middlewareInvoke?: unknown } })[META]
  return meta?.middlewareInvoke === true
}
