/** One request that a server handles: what the `http` integration and the framework on top of it both know. */

import type { IncomingMessage, ServerResponse } from 'node:http'
import type { LiveSite } from '../../patch/state'
import type { Span } from '../../trace/span'
import { moreSpecific, type Routing } from './routing'

const WEB = Symbol('tracer.web')

/** A message object with the request's state on it. */
interface Marked {
  [WEB]?: WebRequest
}

export class WebRequest {
  readonly span: Span
  readonly req: IncomingMessage
  readonly res: ServerResponse
  /** Pattern of the route that handles the request; empty = none. */
  route = ''
  /** What a handler threw, rejected with or passed to `next`. */
  error: unknown = undefined
  hasError = false
  /** Name of the framework that claimed the request. */
  framework = ''
  /** Where in a tree of routers the request is; undefined until a router sees it. */
  routing: Routing | undefined = undefined
  /** Spans of handlers that have not called `next` yet. */
  open: Span[] | undefined = undefined

  constructor(span: Span, req: IncomingMessage, res: ServerResponse) {
    this.span = span
    this.req = req
    this.res = res
    ;(req as Marked)[WEB] = this
    ;(res as Marked)[WEB] = this
  }

  /** A framework handles the request: its spans carry the framework's name. */
  claim(framework: string, site: LiveSite): void {
    this.framework = framework
    if (this.span.name === this.span.site.name) this.span.name = site.site.name
    this.span.site = site.site
  }

  /** A handler failed; the last failure counts. */
  fail(error: unknown): void {
    this.error = error
    this.hasError = true
  }

  /** A route handles the request; of several, the more specific one names it. */
  matched(route: string): void {
    this.route = moreSpecific(this.route, route)
  }

  /** The route when the request ends: also that of a middleware which was mounted somewhere and answered itself. */
  finalRoute(): string {
    if (this.route !== '' || this.routing === undefined) return this.route
    const base = (this.req as { baseUrl?: unknown }).baseUrl
    return typeof base === 'string' ? this.routing.routeOf(base) : ''
  }

  /** The request is over: long-lived sockets must not keep it. */
  release(): void {
    ;(this.req as Marked)[WEB] = undefined
    ;(this.res as Marked)[WEB] = undefined
  }
}

/** State of the request that `message` (request or response) belongs to, while it is being handled. */
export function webRequestOf(message: object): WebRequest | undefined {
  return (message as Marked)[WEB]
}
