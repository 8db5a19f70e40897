/** A span for a middleware: from its call until it calls `next`, or the response ends. */

import type { IncomingMessage, ServerResponse } from 'node:http'
import {
  type AnyFunction,
  active,
  disguise,
  type PatchTools,
  run,
  type Site,
  type Span,
  startSpan,
  type WebRequest,
} from '../../src/kit/index'

export function traceMiddleware(
  web: WebRequest,
  layer: { name: string },
  site: Site,
  original: AnyFunction,
  req: IncomingMessage,
  res: ServerResponse,
  next: AnyFunction,
  tools: PatchTools,
): unknown {
  const parent = active() ?? web.span
  const span = startSpan(tools.runtime, site, parent, {})
  span.resource = layer.name || '<anonymous>'
  web.open ??= []
  web.open.push(span)
  const passOn = disguise(function (this: unknown, error?: unknown): unknown {
    ended(web, span, error)
    return run(parent, next, this, arguments)
  }, next)
  return run(span, original, layer, [req, res, passOn])
}

function ended(web: WebRequest, span: Span, error: unknown): void {
  const failed = error !== undefined && error !== null && error !== 'route' && error !== 'router'
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
