/** Runs a pass through Next.js' server inside a span of its own. */

import { activeSpan, type PatchTools, runInSpan, type Span, startSpan } from '../../src/kit/index'
import { settled, webRequestOf } from '../../src/kit/web/index'
import { PageRequest, rawRequest } from './page-request'
import type { NextRequest, NextResponse } from './types'

export type TracePass = (req: NextRequest, res: NextResponse, pass: () => unknown) => unknown

/** Spans of requests; a pass inside another one, or without a server of Node.js around it, has none. */
export function pageTracer(tools: PatchTools): TracePass {
  const site = tools.site({
    name: { v0: 'next.request', v1: 'http.server.request' },
    type: 'web',
    kind: 'server',
  })
  return (req, res, pass) => {
    const web = tools.state.enabled ? webRequestOf(rawRequest(req)) : undefined
    if (web === undefined || PageRequest.of(req) !== undefined) return pass()
    const span = startSpan(tools.runtime, site.site, activeSpan() ?? web.span, {})
    const page = new PageRequest(req, web, span)
    return inside(span, pass, () => page.end(res.statusCode))
  }
}

/** A span for the middleware, where they are wanted: Next.js asks for what it says in a pass of its own. */
export function middlewareTracer(tools: PatchTools): TracePass {
  const site = tools.site({ name: 'next.middleware', measured: false })
  let wanted = false
  tools.state.onConfigure(() => {
    wanted = Boolean(tools.state.options.middleware ?? tools.config.middlewareTracingEnabled)
  })
  return (_req, _res, pass) => {
    const parent = wanted && tools.state.enabled ? activeSpan() : undefined
    if (parent === undefined) return pass()
    const span = startSpan(tools.runtime, site.site, parent, {})
    span.resource = 'middleware'
    return inside(span, pass, () => {})
  }
}

function inside(span: Span, pass: () => unknown, onEnd: () => void): unknown {
  const done = (): void => {
    onEnd()
    span.finish()
  }
  return settled(
    () => runInSpan(span, pass, undefined, []),
    undefined,
    [],
    done,
    error => {
      if (!isAnswer(error)) span.setErrorOnce(error)
      done()
    },
  )
}

/** What the middleware answers bubbles up as an error, and so does that a page has no fallback. */
function isAnswer(error: unknown): boolean {
  const { bubble } = Object(error) as { bubble?: unknown }
  return bubble === true || Object(error).constructor.name === 'NoFallbackError'
}
