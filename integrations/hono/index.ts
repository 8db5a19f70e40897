/** Hono 4 on Node, which `@hono/node-server` connects to requests of `http`. */

import { type AnyFunction, defineIntegration, type PatchTools } from '../../src/kit/index'
import { MIDDLEWARE_OPTION } from '../../src/kit/web/index'
import { handlerTracer } from './handlers'
import type { Handler, Route } from './types'

export default defineIntegration({
  name: 'hono',
  doc: 'Requests that a Hono application handles: their route and the errors of their handlers.',
  options: MIDDLEWARE_OPTION,
  targets: [{ module: 'hono', versions: '>=4 <5', patch: patchHono }],
})

/**
 * Whatever an application registers ends up in its router, beside the route that it tells the application about: there
 * a handler can be replaced without anybody seeing it. The class of the router is private to Hono; an application has
 * one of it.
 */
function patchHono({ Hono }: { Hono: new () => { router: object } }, tools: PatchTools): void {
  const trace = handlerTracer(tools)
  tools.wrap(Object.getPrototypeOf(new Hono().router), 'add', (original: AnyFunction) => {
    return function (this: unknown, method: string, path: string, entry: unknown): unknown {
      if (!isEntry(entry)) return Reflect.apply(original, this, arguments)
      return Reflect.apply(original, this, [method, path, [trace(...entry), entry[1]]])
    }
  })
}

function isEntry(entry: unknown): entry is [Handler, Route] {
  return Array.isArray(entry) && typeof entry[0] === 'function' && typeof entry[1]?.path === 'string'
}
