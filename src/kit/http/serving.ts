/**
 * State that the servers of one integration share: the site of their spans, their options, and how a span begins and
 * ends.
 */

import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http'
import type { ConfiguredSite } from '../../patch/state'
import type { PatchTools } from '../../patch/types'
import { activeSpan, runInSpan } from '../../trace/context'
import type { RemoteContext } from '../../trace/remote-context'
import type { Tags } from '../../trace/site'
import type { Span } from '../../trace/span'
import { startSpan } from '../../trace/start'
import type { Emitting } from '../emitting'
import { perIntegration } from '../per-integration'
import { clientIp } from '../web/client-ip'
import { simplifyPath } from '../web/endpoint'
import { sentHeader, tagHeaders } from '../web/header-tags'
import type { WebRequest, WebServer } from '../web/request'
import { webResource } from '../web/resource'
import { type HttpOptions, serverOptions } from './options'
import { forgetQueued } from './pipelined'

/** Request headers of Datadog's security scanners; they become tags without any configuration. */
const SCANNERS = ['x-datadog-endpoint-scan', 'x-datadog-security-test']

/** Starts and ends the spans of served requests, for HTTP/1 and 2. */
export class Serving implements WebServer {
  readonly tools: PatchTools
  options: HttpOptions
  readonly #site: ConfiguredSite

  private constructor(tools: PatchTools) {
    this.tools = tools
    this.options = serverOptions(tools)
    this.#site = tools.site({
      name: { v0: 'web.request', v1: 'http.server.request' },
      type: 'web',
      kind: 'server',
    })
    tools.state.onConfigure(() => {
      this.options = serverOptions(tools)
    })
  }

  /** Finds the state of an integration; the modules `http` and `https` share it. */
  static readonly of = perIntegration(tools => new Serving(tools))

  get isOn(): boolean {
    return this.tools.state.enabled && this.options.enabled
  }

  /**
   * Starts the span of a request. `url` is the complete URL, `path` is what the filters get, `address` is the remote
   * address of the socket.
   */
  start(
    remote: RemoteContext | undefined,
    method: string | undefined,
    url: string,
    path: string,
    headers: IncomingHttpHeaders,
    address: string | undefined,
  ): Span {
    const { options, tools } = this
    const tags: Tags = {
      'http.method': method,
      'http.url': url.includes('?') ? options.obfuscate(url) : url,
      'http.useragent': headers['user-agent'],
      'http.route': undefined,
      'http.status_code': undefined,
    }
    const accepted = options.accepts === undefined || options.accepts(path)
    const span = startSpan(tools.runtime, this.#site.site, remote, tags)
    if (!accepted) {
      span.trace.recording = false
      span.trace.decideManually(false)
    }
    if (options.clientIp) tags['http.client_ip'] = clientIp(headers, address, tools.config.clientIpHeader)
    if (options.headers.length > 0) tagHeaders(span, options.headers, 'request', name => headers[name])
    for (const name of SCANNERS) {
      const value = headers[name]
      if (typeof value === 'string') tags[`http.request.headers.${name}`] = value
    }
    return span
  }

  /** Ends the span of an HTTP/1 request, whose response has closed. */
  end(web: WebRequest): void {
    if (web.queued) forgetQueued(web)
    this.close(web, web.req.method, web.req.url, web.res.statusCode, web.res, sentHeader)
  }

  /**
   * Ends the span when the process ends before the response was closed (HTTP/1 and 2). A status is reported only if the
   * headers were sent.
   */
  finishAtExit(web: WebRequest): void {
    const { headersSent, statusCode } = web.res
    this.close(
      web,
      String(web.span.tags['http.method']),
      web.req.url,
      headersSent ? statusCode : undefined,
      web.res,
      none,
    )
  }

  /**
   * Ends the span. `status` is undefined if no response was sent; `read(sent, name)` returns a header of the response.
   */
  close<Sent>(
    web: WebRequest,
    method: string | undefined,
    path: string | undefined,
    status: number | undefined,
    sent: Sent,
    read: (sent: Sent, header: string) => string | number | readonly string[] | undefined,
  ): void {
    web.release()
    try {
      // The application may have ended the span itself.
      if (web.span.durationMs < 0) {
        this.#describe(web, method, path, status)
        const { headers, onRequest } = this.options
        if (headers.length > 0) tagHeaders(web.span, headers, 'response', name => read(sent, name))
        onRequest?.(web.span, web.req, web.res)
      }
    } catch (error) {
      this.tools.state.failed(error)
    }
    if (web.open !== undefined) for (const open of web.open) open.finish()
    web.span.finish()
  }

  #describe(
    web: WebRequest,
    method: string | undefined,
    path: string | undefined,
    status: number | undefined,
  ): void {
    const { span, req } = web
    const { tags } = span
    if (status !== undefined) tags['http.status_code'] = String(status)
    const route = web.finalRoute()
    if (route !== '') tags['http.route'] = route
    else if (this.options.endpoint) {
      tags['http.endpoint'] = simplifyPath((req as { originalUrl?: string }).originalUrl ?? path ?? '/')
    }
    if (span.resource === '') span.resource = webResource(method, route)
    // Without a response there is no status to judge by: the request failed if a handler did.
    const isFine = status === undefined ? !web.hasError : this.options.isValidStatus(status)
    if (!isFine) span.setErrorOnce(web.hasError ? web.error : true)
  }
}

function none(): undefined {}

/** Emits `event` with `span` active, whichever context the event's socket belongs to. */
export function inContext(
  span: Span,
  inner: Emitting,
  self: IncomingMessage | ServerResponse,
  event: string,
  args: IArguments,
): unknown {
  // Most events have no listener, and entering the context costs more (28 to 138 ns) than these two checks.
  if (self.listenerCount(event) === 0 || activeSpan()?.trace === span.trace) {
    return Reflect.apply(inner.emit, self, args)
  }
  return runInSpan(span, inner.emit, self, args)
}
