/**
 * Requests of undici, of which `fetch` is made too: one span each, from what undici publishes on its channels, which are
 * the same for the package and for the copy inside of Node.js.
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

/** One integration that has requests: the package's, or those of `fetch`. */
export interface UndiciState {
  readonly site: ConfiguredSite
  readonly tools: PatchTools
  options: HttpOptions
}

/** Returns a function that finds the state of an integration whose spans are called `name`. */
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

/** On a request: its span, until it ends, and whose it is. */
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

/** A request exists, and nothing of it has been sent. `caller` is known where it has waited in a queue. */
export function created(request: UndiciRequest, state: UndiciState, caller: Caller | undefined): void {
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

/** The head of the answer has come. */
export function answered(request: UndiciRequest, response: Response, state: UndiciState): void {
  const span = RequestMark.of(request, state)
  if (span === undefined) return
  const { statusCode, headers } = response
  span.tags['http.status_code'] = String(statusCode)
  if (!state.options.isValidStatus(statusCode)) span.error = 1
  if (state.options.headers.length > 0) {
    tagHeaders(span, state.options.headers, 'response', name => headerIn(headers, name))
  }
}

/** The answer has come to its end. */
export function ended(request: UndiciRequest, state: UndiciState): void {
  const span = RequestMark.of(request, state)
  if (span === undefined) return
  RequestMark.clear(request)
  state.options.onRequest?.(span, request as never, undefined)
  tagPeer(span, state.tools.config)
  span.finish()
}

/** The whole request is out. A tunnel has no end of its own. */
export function sent(request: UndiciRequest, state: UndiciState): void {
  if (request.method === 'CONNECT') ended(request, state)
}

/** It failed. That the application gave it up is no failure. */
export function failed(request: UndiciRequest, error: unknown, state: UndiciState): void {
  const span = RequestMark.of(request, state)
  if (span === undefined) return
  if ((error as { name?: unknown } | null | undefined)?.name !== 'AbortError') span.setError(error)
  ended(request, state)
}
