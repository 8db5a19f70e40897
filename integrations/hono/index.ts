/** Hono 4 on Node.js, which `@hono/node-server` connects to requests of `http`. */

import { type AnyFunction, defineIntegration, type PatchTools } from '../../src/kit/index'
import { MIDDLEWARE_OPTION } from '../../src/kit/web/index'
import { handlerWrapper } from './handlers'
import type { Handler, Route } from './types'

export default defineIntegration({
  name: 'hono',
  doc: 'Requests that a Hono application handles: their route and the errors of their handlers.',
  options: MIDDLEWARE_OPTION,
  targets: [{ module: 'hono', versions: '>=4 <5', patch: patchHono }],
})

/**
 * Patches the router, which gets every handler beside the route that the application shows: a handler that is replaced
 * there is invisible. The router's class is internal to Hono; it is found by the router of an application.
 */
function patchHono({ Hono }: { Hono: new () => { router: object } }, tools: PatchTools): void {
  const wrapped = handlerWrapper(tools)
  tools.wrap(Object.getPrototypeOf(new Hono().router), 'add', (original: AnyFunction) => {
    return function (this: unknown, method: string, path: string, entry: unknown): unknown {
      if (!isEntry(entry)) return Reflect.apply(original, this, arguments)
      return Reflect.apply(original, this, [method, path, [wrapped(...entry), entry[1]]])
    }
  })
}

function isEntry(entry: unknown): entry is [Handler, Route] {
  return Array.isArray(entry) && typeof entry[0] === 'function' && typeof entry[1]?.path === 'string'
}
