/** Connect 3: each function is mounted under a path, which is all that it has of a route. */

import { type AnyFunction, defineIntegration, disguise, type PatchTools } from '../../src/kit/index'
import { MIDDLEWARE_OPTION, oncePer, viewOf, webRequestOf } from '../../src/kit/web/index'
import { endOf, layerTracer } from './layers'
import type { Application, Layer } from './types'

export default defineIntegration({
  name: 'connect',
  doc: 'Requests that a Connect application handles: the path under which the handler is mounted, and errors of handlers.',
  options: MIDDLEWARE_OPTION,
  targets: [{ module: 'connect', versions: '>=3 <4', patch: patchFactory }],
})

/** Applications get copies of methods that the library keeps to itself. */
function patchFactory(create: () => Application, tools: PatchTools): AnyFunction {
  const trace = oncePer((handle: AnyFunction) => traceHandle(handle, tools))
  return disguise(function (this: unknown) {
    const application = Reflect.apply(create, this, arguments)
    const original = application.handle
    const traced = trace(original)
    application.handle = traced
    // What is undone later must not hold the application until then.
    const held = new WeakRef(application)
    tools.onUndo(() => {
      const left = held.deref()
      if (left?.handle === traced) left.handle = original
    })
    return application
  }, create)
}

function traceHandle(original: AnyFunction, tools: PatchTools): AnyFunction {
  const site = tools.site({
    name: { v0: 'connect.request', v1: 'http.server.request' },
    type: 'web',
    kind: 'server',
  })
  const middleware = tools.site({ name: 'connect.middleware', measured: false })
  const trace = oncePer(layerTracer(tools))
  const end = endOf(tools)
  // The application keeps its own list of layers: only the method sees ours.
  const listOf = oncePer((stack: Layer[]) => viewOf(stack, trace, end))
  const view = oncePer(
    (application: Application): Application =>
      Object.create(application, { stack: { get: () => listOf(application.stack) } }),
  )
  return disguise(function (this: Application, req: object): unknown {
    const web = tools.state.enabled ? webRequestOf(req) : undefined
    if (web === undefined || !Array.isArray(this?.stack)) return Reflect.apply(original, this, arguments)
    if (web.framework === '') web.claim('connect', site, middleware)
    return Reflect.apply(original, view(this), arguments)
  }, original)
}
