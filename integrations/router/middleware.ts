/** A span for a middleware: from its call until it calls `next`, or the response ends. */

import {
  type AnyFunction,
  active,
  disguise,
  type LiveSite,
  type PatchTools,
  run,
  type Span,
  startSpan,
  type WebRequest,
} from '../../src/kit/index'

/** Calls `original` of `layer` with `args`, whose last one is `next`, inside a span. */
export function traceMiddleware(
  web: WebRequest,
  layer: { name: string },
  own: LiveSite,
  original: AnyFunction,
  args: unknown[],
  tools: PatchTools,
): unknown {
  const parent = active() ?? web.span
  const { site } = web.middleware ?? own
  const span = startSpan(tools.runtime, site, parent, {})
  span.resource = layer.name || '<anonymous>'
  web.open ??= []
  web.open.push(span)
  const last = args.length - 1
  const next = args[last] as AnyFunction
  args[last] = disguise(function (this: unknown, error?: unknown): unknown {
    ended(web, span, error)
    return run(parent, next, this, arguments)
  }, next)
  return run(span, original, layer, args)
}

function ended(web: WebRequest, span: Span, error: unknown): void {
  const failed = Boolean(error) && error !== 'route' && error !== 'router'
  if (span.durationMs >= 0) {
    web.span.addEvent('middleware.next_called_again', {
      'middleware.name': span.resource,
      with_error: failed,
    })
    return
  }
  if (failed) span.setError(error)
  web.open?.splice(web.open.indexOf(span), 1)
  span.finish()
}
