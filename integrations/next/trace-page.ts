/** Runs a pass through Next.js' server inside a span. */

import { activeSpan, type PatchTools, runInSpan, type Span, startSpan } from '../../src/kit/index'
import { settled, webRequestOf } from '../../src/kit/web/index'
import { PageRequest, rawRequest } from './page-request'
import type { NextRequest, NextResponse } from './types'

/** Runs `pass` for a request, and returns what it returns. */
export type RunPass = (req: NextRequest, res: NextResponse, pass: () => unknown) => unknown

/**
 * Returns a function that runs a pass inside the span of a request. A pass inside another one, or one without a server
 * of Node.js around it, gets no span.
 */
export function pageRunner(tools: PatchTools): RunPass {
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

/**
 * Returns a function that runs the middleware inside a span, where that is wanted. Next.js runs it in a pass of its
 * own.
 */
export function middlewareRunner(tools: PatchTools): RunPass {
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

/**
 * Returns whether an error is a signal of Next.js: it throws the response of the middleware, and it throws if a page
 * has no fallback.
 */
function isAnswer(error: unknown): boolean {
  const { bubble } = Object(error) as { bubble?: unknown }
  return bubble === true || Object(error).constructor.name === 'NoFallbackError'
}
