/** Connect 3. Each function is mounted under a path, which serves as its route. */

import { type AnyFunction, defineIntegration, disguise, type PatchTools } from '../../src/kit/index'
import { MIDDLEWARE_OPTION, oncePer, viewOf, webRequestOf } from '../../src/kit/web/index'
import { endOf, layerWrapper } from './layers'
import type { Application, Layer } from './types'

export default defineIntegration({
  name: 'connect',
  doc: 'Requests that a Connect application handles: the path of the mounted handler, and errors of handlers.',
  options: MIDDLEWARE_OPTION,
  targets: [{ module: 'connect', versions: '>=3 <4', patch: patchFactory }],
})

/** Patches each new application: it gets copies of internal methods, which cannot be patched in one place. */
function patchFactory(create: () => Application, tools: PatchTools): AnyFunction {
  const wrapped = oncePer((handle: AnyFunction) => wrapHandle(handle, tools))
  return disguise(function (this: unknown) {
    const application = Reflect.apply(create, this, arguments)
    const original = application.handle
    const wrapper = wrapped(original)
    application.handle = wrapper
    // The undo function must not keep the application alive.
    const held = new WeakRef(application)
    tools.onUndo(() => {
      const left = held.deref()
      if (left?.handle === wrapper) left.handle = original
    })
    return application
  }, create)
}

function wrapHandle(original: AnyFunction, tools: PatchTools): AnyFunction {
  const site = tools.site({
    name: { v0: 'connect.request', v1: 'http.server.request' },
    type: 'web',
    kind: 'server',
  })
  const middleware = tools.site({ name: 'connect.middleware', measured: false })
  const wrapped = oncePer(layerWrapper(tools))
  const end = endOf(tools)
  // Only this method sees the wrapped layers; the application's list stays as it is.
  const listOf = oncePer((stack: Layer[]) => viewOf(stack, wrapped, end))
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
