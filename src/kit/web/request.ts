/** One request that a server handles: what the `http` integration and the framework on top of it both know. */

import type { IncomingMessage, ServerResponse } from 'node:http'
import type { ConfiguredSite } from '../../patch/state'
import type { ServerRequest } from '../../trace/local-trace'
import type { Span } from '../../trace/span'
import { Mark } from '../mark'
import { joinRoute, moreSpecific, type Routing } from './routing'

/** On a request and its response. */
class WebMark extends Mark {
  #web: WebRequest | undefined

  private constructor(message: object, web: WebRequest) {
    super(message)
    this.#web = web
  }

  static of(message: object): WebRequest | undefined {
    return #web in message ? message.#web : undefined
  }

  static set(message: object, web: WebRequest | undefined): void {
    if (#web in message) message.#web = web
    else if (web !== undefined) new WebMark(message, web)
  }
}

/** What a request came to: it knows how to end the span. */
export interface WebServer {
  /** The response is closed. */
  end(web: WebRequest): void
  /** The process ends before that. */
  finishAtExit(web: WebRequest): void
}

export class WebRequest implements ServerRequest {
  readonly span: Span
  readonly server: WebServer
  /** In HTTP/2 both are the stream, until the compatibility layer makes messages for it. */
  req: IncomingMessage
  res: ServerResponse
  /** That of HTTP/2, behind such messages. */
  stream: object | undefined = undefined
  /** Pattern of the route that handles the request; empty = none. */
  route = ''
  /** Path under which the handler at work is mounted, where a framework has no other routes. */
  mount = ''
  /** What a handler threw, rejected with or passed to `next`. */
  error: unknown = undefined
  hasError = false
  /** Name of the framework that claimed the request. */
  framework = ''
  /** Of spans for that framework's middleware. */
  middleware: ConfiguredSite | undefined = undefined
  /** Where in a tree of routers the request is; undefined until a router sees it. */
  routing: Routing | undefined = undefined
  /** Whether its response had to wait for an earlier one of the same socket. */
  queued = false
  /** Spans of handlers that have not called `next` yet. */
  open: Span[] | undefined = undefined

  constructor(span: Span, req: IncomingMessage, res: ServerResponse, server: WebServer) {
    this.span = span
    this.server = server
    this.req = req
    this.res = res
    WebMark.set(req, this)
    WebMark.set(res, this)
    span.trace.request = this
  }

  /** Messages for what was only a stream so far. */
  adopt(req: IncomingMessage, res: ServerResponse): void {
    this.stream = this.req
    this.req = req
    this.res = res
    WebMark.set(req, this)
    WebMark.set(res, this)
  }

  /** A framework handles the request: its spans carry the framework's name. */
  claim(framework: string, site: ConfiguredSite, middleware?: ConfiguredSite): void {
    this.framework = framework
    this.middleware = middleware
    if (this.span.name === this.span.site.name) this.span.name = site.site.name
    this.span.site = site.site
  }

  /** A handler failed; the last failure counts. */
  fail(error: unknown): void {
    this.error = error
    this.hasError = true
  }

  finishAtExit(): void {
    this.server.finishAtExit(this)
  }

  /** A route handles the request; of several, the more specific one names it. */
  matched(route: string): void {
    this.route = moreSpecific(this.route, this.mount === '' ? route : joinRoute(this.mount, route))
  }

  /** The route when the request ends: also that of a middleware which was mounted somewhere and answered itself. */
  finalRoute(): string {
    if (this.route !== '') return this.route
    if (this.mount !== '' || this.routing === undefined) return this.mount
    const base = (this.req as { baseUrl?: unknown }).baseUrl
    return typeof base === 'string' ? this.routing.routeOf(base) : ''
  }

  /** The request is over: long-lived sockets must not keep it. */
  release(): void {
    this.span.trace.request = undefined
    WebMark.set(this.req, undefined)
    WebMark.set(this.res, undefined)
    if (this.stream !== undefined) WebMark.set(this.stream, undefined)
  }
}

/** State of the request that `message` (request or response) belongs to, while it is being handled. */
export function webRequestOf(message: object): WebRequest | undefined {
  return WebMark.of(message)
}
