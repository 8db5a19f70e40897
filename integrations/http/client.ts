/** Client requests of `http` and `https`. A span begins with the call and ends with the response. */

import type { Agent, AgentOptions, ClientRequest, IncomingMessage } from 'node:http'
import type { HttpOptions } from '../../src/kit/http/index'
import {
  type AnyFunction,
  activeSpan,
  getBaggage,
  Mark,
  type PatchTools,
  type Span,
  startSpan,
  type Tags,
  tagPeer,
  wrapEmit,
} from '../../src/kit/index'
import { sentHeader, tagHeaders } from '../../src/kit/web/index'
import { withHeaders, writesHeadAtOnce } from './client-headers'
import { type HttpClientState, stateOf } from './client-state'
import { type ClientTarget, targetIn, targetOf } from './client-target'

/** Marks a request with its span, until that ends. */
class ClientMark extends Mark {
  #span: Span | undefined

  private constructor(req: ClientRequest, span: Span) {
    super(req)
    this.#span = span
  }

  static of(req: ClientRequest): Span | undefined {
    return #span in req ? req.#span : undefined
  }

  static set(req: ClientRequest, span: Span): void {
    new ClientMark(req, span)
  }

  static clear(req: ClientRequest): void {
    if (#span in req) req.#span = undefined
  }
}

/**
 * Wraps `request` and `get`. Node.js makes the request from the application's own arguments; the trace headers are
 * added to the request that it returns, before the head is written. Where Node.js writes the head at once, the headers
 * are added to a copy of the arguments.
 */
export function patchClient(
  module: typeof import('node:http') | typeof import('node:https'),
  protocol: 'http:' | 'https:',
  tools: PatchTools,
): void {
  const state = stateOf(tools)
  state.ownAgents.add(module.globalAgent)
  const isOn = (): boolean => tools.state.enabled && state.options.enabled
  let request: AnyFunction | undefined
  tools.wrap(module, 'request', original => {
    request = function (this: unknown, ...args: unknown[]): unknown {
      return isOn() ? traced(original, this, args, protocol, state) : Reflect.apply(original, this, args)
    }
    return request
  })
  // Node's `get` calls an internal `request` that cannot be wrapped. It is documented as `request` followed by `end`.
  tools.wrap(module, 'get', original => {
    return function (this: unknown, ...args: unknown[]): unknown {
      if (request === undefined || !isOn()) return Reflect.apply(original, this, args)
      const req = Reflect.apply(request, this, args) as ClientRequest
      req.end()
      return req
    }
  })
}

/** Wraps `emit` of requests, to follow those with a span. Both modules share the class, so it is done once. */
export function patchClientRequest(http: typeof import('node:http'), tools: PatchTools): void {
  const state = stateOf(tools)
  wrapEmit(http.ClientRequest.prototype, tools, inner => {
    return function (this: ClientRequest, event: string, arg: unknown): unknown {
      const span = ClientMark.of(this)
      if (span !== undefined) {
        try {
          onEvent(this, span, event, arg, state)
        } catch (error) {
          tools.state.failed(error)
        }
      }
      return Reflect.apply(inner.emit, this, arguments)
    }
  })
}

function traced(
  original: AnyFunction,
  self: unknown,
  args: unknown[],
  protocol: string,
  state: HttpClientState,
): unknown {
  const startTicks = performance.now()
  let early: Span | undefined
  let isEarly = false
  try {
    if (writesHeadAtOnce(args)) {
      isEarly = true
      const target = targetIn(args, protocol)
      early = start(target, startTicks, state)
      if (early !== undefined && propagates(target, state)) args = withHeaders(args, headersOf(early, state))
    }
  } catch {
    // Node.js refuses these arguments as well, with an error of its own.
  }
  let req: ClientRequest
  try {
    req = Reflect.apply(original, self, args) as ClientRequest
  } catch (error) {
    early?.setError(error).finish()
    throw error
  }
  try {
    if (isEarly) {
      if (early !== undefined) follow(req, early, state)
    } else {
      const target = targetOf(req, args)
      const span = start(target, startTicks, state)
      if (span !== undefined) {
        follow(req, span, state)
        if (!req.headersSent && propagates(target, state)) {
          state.tools.propagator.injectWith(span, getBaggage(), (name, value) => req.setHeader(name, value))
        }
      }
    }
  } catch (error) {
    state.tools.state.failed(error)
  }
  return req
}

/** Starts the span of a request; undefined if its URL is not traced. */
function start(
  target: ClientTarget,
  startTicks: number,
  { site, options, tools }: HttpClientState,
): Span | undefined {
  const { method, url, host, port } = target
  if (options.accepts !== undefined && !options.accepts(url)) return undefined
  const tags: Tags = {
    'http.method': method,
    'http.url': url,
    'out.host': host,
    'network.destination.port': port,
    'http.status_code': undefined,
  }
  const span = startSpan(tools.runtime, site.site, activeSpan(), tags)
  // The span begins with the call, not when Node.js has made the request.
  span.startTicks = startTicks
  span.resource = method
  if (options.splitByDomain) {
    span.service = target.isDefaultPort || port === undefined ? host : `${host}:${port}`
    tags['_dd.svc_src'] = 'opt.split_by_domain'
  }
  return span
}

function follow(req: ClientRequest, span: Span, { options }: HttpClientState): void {
  if (options.headers.length > 0) tagHeaders(span, options.headers, 'request', name => sentHeader(req, name))
  ClientMark.set(req, span)
}

function propagates({ url }: ClientTarget, { options }: HttpClientState): boolean {
  return options.propagates === undefined || options.propagates(url)
}

function headersOf(span: Span, { tools }: HttpClientState): [string, string][] {
  const headers: [string, string][] = []
  tools.propagator.injectWith(span, getBaggage(), (name, value) => headers.push([name, value]))
  return headers
}

/** Records an event of a request that has a span. */
function onEvent(req: ClientRequest, span: Span, event: string, arg: unknown, state: HttpClientState): void {
  switch (event) {
    case 'response':
    case 'upgrade':
    case 'connect': {
      answered(span, arg as IncomingMessage, state.options)
      // After `upgrade` and `connect` the application owns the socket, which may stay open for days.
      if (event !== 'response') end(req, span, arg as IncomingMessage, state)
      return
    }
    case 'timeout':
      if (isTimed(req, state)) span.error = 1
      return
    case 'error':
      span.setError(arg)
      return
    case 'close': {
      const { res } = req as { res?: IncomingMessage | null }
      // The connection was closed before the response was complete.
      if (res?.errored) span.setError(res.errored)
      end(req, span, res ?? undefined, state)
    }
  }
}

function answered(span: Span, res: IncomingMessage, options: HttpOptions): void {
  const status = res.statusCode ?? 0
  span.tags['http.status_code'] = String(status)
  if (!options.isValidStatus(status)) span.error = 1
  if (options.headers.length > 0) tagHeaders(span, options.headers, 'response', name => res.headers[name])
}

/** Returns whether the application set a timeout. Node's own agents set one as well, for idle sockets. */
function isTimed(req: ClientRequest, { ownAgents }: HttpClientState): boolean {
  const { timeout, agent } = req as { timeout?: number; agent?: Agent & { options?: AgentOptions } }
  return (
    timeout !== undefined ||
    agent === undefined ||
    !ownAgents.has(agent) ||
    req.socket?.timeout !== agent.options?.timeout ||
    req.listenerCount('timeout') > 0
  )
}

function end(req: ClientRequest, span: Span, res: IncomingMessage | undefined, state: HttpClientState): void {
  ClientMark.clear(req)
  if (span.durationMs >= 0) return
  state.options.onRequest?.(span, req, res)
  tagPeer(span, state.tools.config)
  span.finish()
}
