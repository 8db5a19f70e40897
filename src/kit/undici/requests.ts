/**
 * Spans of requests of undici and of `fetch`, which is built on it. They are made from the messages on undici's
 * channels, which are the same for the package and for the copy inside of Node.js.
 */

import { isOwnOrigin } from '../../core/own-origins'
import type { ConfiguredSite } from '../../patch/state'
import type { PatchTools } from '../../patch/types'
import { getBaggage } from '../../trace/baggage'
import { activeSpan } from '../../trace/context'
import type { Span } from '../../trace/span'
import { startSpan } from '../../trace/start'
import type { Caller } from '../caller'
import { clientOptions, type HttpOptions } from '../http/options'
import { Mark } from '../mark'
import { tagPeer } from '../peer'
import { perIntegration } from '../per-integration'
import { tagHeaders } from '../web/header-tags'
import { type Origin, originOf } from './origin'
import { headerIn, removeHeader } from './request-headers'
import type { Response, UndiciRequest } from './types'

/** State of one of the two integrations, `undici` or `fetch`. */
export interface UndiciState {
  readonly site: ConfiguredSite
  readonly tools: PatchTools
  options: HttpOptions
}

/** Returns a function that finds the state of an integration; `name` is the operation name of its spans. */
export function undiciState(name: string | { v0: string; v1: string }): (tools: PatchTools) => UndiciState {
  return perIntegration(tools => {
    const state: UndiciState = {
      site: tools.site({ name, type: 'http', kind: 'client' }),
      options: clientOptions(tools),
      tools,
    }
    tools.state.onConfigure(() => {
      state.options = clientOptions(tools)
    })
    return state
  })
}

/** Marks a request with its span, until that ends, and with the integration that made it. */
class RequestMark extends Mark {
  #span: Span | undefined
  readonly #state: UndiciState

  private constructor(request: UndiciRequest, span: Span, state: UndiciState) {
    super(request)
    this.#span = span
    this.#state = state
  }

  static set(request: UndiciRequest, span: Span, state: UndiciState): void {
    new RequestMark(request, span, state)
  }

  static of(request: UndiciRequest, state: UndiciState): Span | undefined {
    return #span in request && request.#state === state ? request.#span : undefined
  }

  static clear(request: UndiciRequest): void {
    if (#span in request) request.#span = undefined
  }
}

/**
 * Starts the span of a request that was created and not sent yet. `caller` is given if the request has waited in a
 * queue.
 */
export function startRequestSpan(
  request: UndiciRequest,
  state: UndiciState,
  caller: Caller | undefined,
): void {
  const { options, tools, site } = state
  const origin = originOf(request.origin)
  if (!options.enabled || isOwnOrigin(origin.text)) return
  const url = origin.text + pathOf(request.path)
  if (options.accepts !== undefined && !options.accepts(url)) return
  const span = startSpan(tools.runtime, site.site, caller === undefined ? activeSpan() : caller.span, {
    'http.method': request.method,
    'http.url': url,
    'out.host': origin.host,
    'network.destination.port': origin.port,
    'http.status_code': undefined,
  })
  span.resource = request.method
  if (options.splitByDomain) splitByDomain(span, origin)
  if (options.headers.length > 0)
    tagHeaders(span, options.headers, 'request', name => headerIn(request.headers, name))
  RequestMark.set(request, span, state)
  if (options.propagates !== undefined && !options.propagates(url)) return
  const baggage = caller === undefined ? getBaggage() : caller.baggage
  tools.propagator.injectWith(span, baggage, (name, value) => {
    removeHeader(request, name)
    request.addHeader(name, value)
  })
}

function pathOf(path: string): string {
  const cut = path.search(/[?#]/)
  return cut < 0 ? path : path.slice(0, cut)
}

function splitByDomain(span: Span, { host, port, isDefaultPort }: Origin): void {
  span.service = isDefaultPort ? host : `${host}:${port}`
  span.tags['_dd.svc_src'] = 'opt.split_by_domain'
}

/** Records the status and the headers of the response. */
export function recordResponse(request: UndiciRequest, response: Response, state: UndiciState): void {
  const span = RequestMark.of(request, state)
  if (span === undefined) return
  const { statusCode, headers } = response
  span.tags['http.status_code'] = String(statusCode)
  if (!state.options.isValidStatus(statusCode)) span.error = 1
  if (state.options.headers.length > 0) {
    tagHeaders(span, state.options.headers, 'response', name => headerIn(headers, name))
  }
}

/** Ends the span: the response is complete. */
export function endRequestSpan(request: UndiciRequest, state: UndiciState): void {
  const span = RequestMark.of(request, state)
  if (span === undefined) return
  RequestMark.clear(request)
  state.options.onRequest?.(span, request as never, undefined)
  tagPeer(span, state.tools.config)
  span.finish()
}

/** Ends the span of a CONNECT request, which is over for undici once it was sent. */
export function recordBodySent(request: UndiciRequest, state: UndiciState): void {
  if (request.method === 'CONNECT') endRequestSpan(request, state)
}

/** Ends the span of a request that failed. An abort by the application is no error. */
export function failRequestSpan(request: UndiciRequest, error: unknown, state: UndiciState): void {
  const span = RequestMark.of(request, state)
  if (span === undefined) return
  if ((error as { name?: unknown } | null | undefined)?.name !== 'AbortError') span.setError(error)
  endRequestSpan(request, state)
}
