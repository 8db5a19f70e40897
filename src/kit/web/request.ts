/** The state of a request that a server handles, shared by the HTTP integration and the framework on top of it. */

import type { IncomingMessage, ServerResponse } from 'node:http'
import type { ConfiguredSite } from '../../patch/state'
import type { ServerRequest } from '../../trace/local-trace'
import type { Span } from '../../trace/span'
import { Mark } from '../mark'
import { joinRoute, moreSpecific, type Routing } from './routing'

/** Marks a request and its response with their state. */
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

/** The server that handles a request. It knows how to end the span. */
export interface WebServer {
  /** Ends the span; the response has closed. */
  end(web: WebRequest): void
  /** Ends the span; the process ends before the response has closed. */
  finishAtExit(web: WebRequest): void
}

/** The state of one request. */
export class WebRequest implements ServerRequest {
  readonly span: Span
  readonly server: WebServer
  /**
   * The request. For HTTP/2, `req` and `res` are the stream until Node's compatibility API creates request and response
   * objects (`adopt`).
   */
  req: IncomingMessage
  res: ServerResponse
  /** The HTTP/2 stream behind `req` and `res`, set by `adopt`. */
  stream: object | undefined = undefined
  /** Pattern of the route that handles the request; empty = none. */
  route = ''
  /** Path under which the running handler is mounted, for frameworks that have no other routes. */
  mount = ''
  /** Value that a handler threw, rejected with or passed to `next`; valid if `hasError`. */
  error: unknown = undefined
  hasError = false
  /** Name of the framework that claimed the request; empty = none. */
  framework = ''
  /** Site of the spans of that framework's middleware. */
  middleware: ConfiguredSite | undefined = undefined
  /** Position of the request in a tree of routers; undefined until a router gets it. */
  routing: Routing | undefined = undefined
  /** True if the response has to wait for an earlier one on the same socket. */
  queued = false
  /** Open spans of middleware that has not called `next` yet. */
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

  /** Sets the request and the response that Node's compatibility API made for an HTTP/2 stream. */
  adopt(req: IncomingMessage, res: ServerResponse): void {
    this.stream = this.req
    this.req = req
    this.res = res
    WebMark.set(req, this)
    WebMark.set(res, this)
  }

  /** Assigns the request to a framework: the span gets the framework's operation name and component. */
  claim(framework: string, site: ConfiguredSite, middleware?: ConfiguredSite): void {
    this.framework = framework
    this.middleware = middleware
    if (this.span.name === this.span.site.name) this.span.name = site.site.name
    this.span.site = site.site
  }

  /** Records the error of a handler; the last one counts. */
  fail(error: unknown): void {
    this.error = error
    this.hasError = true
  }

  finishAtExit(): void {
    this.server.finishAtExit(this)
  }

  /** Records the route that handles the request; of several, the more specific one counts. */
  matched(route: string): void {
    this.route = moreSpecific(this.route, this.mount === '' ? route : joinRoute(this.mount, route))
  }

  /** Returns the final route: also that of a mounted middleware that answered itself. */
  finalRoute(): string {
    if (this.route !== '') return this.route
    if (this.mount !== '' || this.routing === undefined) return this.mount
    const base = (this.req as { baseUrl?: unknown }).baseUrl
    return typeof base === 'string' ? this.routing.routeOf(base) : ''
  }

  /** Drops the references to this state: sockets, which live long, must not keep it. */
  release(): void {
    this.span.trace.request = undefined
    WebMark.set(this.req, undefined)
    WebMark.set(this.res, undefined)
    if (this.stream !== undefined) WebMark.set(this.stream, undefined)
  }
}

/**
 * Returns the state of the request that `message` (request or response) belongs to, while the request is being handled.
 */
export function webRequestOf(message: object): WebRequest | undefined {
  return WebMark.of(message)
}
