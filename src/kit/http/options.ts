/** Options of HTTP servers and clients, parsed once and not at each request. */

import type { ClientRequest, IncomingMessage, ServerResponse } from 'node:http'
import type { Options } from '../../patch/state'
import type { PatchTools } from '../../patch/types'
import type { Span } from '../../trace/span'
import { guarded } from '../guard'
import { type HeaderTag, headerTags } from '../web/header-tags'
import { queryObfuscator } from '../web/query'
import { isErrorStatus, parseStatuses, type StatusCheck } from '../web/status'
import { urlFilter } from '../web/url-filter'

/** Documentation of the options that the integrations `http` and `http2` share. */
export const HTTP_OPTIONS = {
  server: 'Options that apply to servers only; `false` = servers are not traced.',
  client: 'Options that apply to clients only; `false` = clients are not traced.',
  service: 'Service name of the spans.',
  headers: 'Request and response headers to record as tags: a list of `name` or `name:tag`.',
  validateStatus: 'Function of the status code; returns false if the status marks the span as an error.',
  filter: 'Function of the URL; returns false for requests that are not traced. It replaces the two lists.',
  allowlist: 'URLs to trace: a list of texts, regular expressions or functions; default: all.',
  blocklist: 'URLs not to trace, in the form of `allowlist`.',
  'hooks.request':
    'Function of span, request and response (undefined if there was none), called just before the span ends.',
  queryStringObfuscation:
    'Servers: regular expression for secrets in the query of `http.url`; `true` drops the query, `false` keeps it.',
  splitByDomain: 'Clients: use `host:port` of the URL as the service name; default false.',
  propagationBlocklist: 'Clients: URLs whose requests get no trace headers, in the form of `allowlist`.',
}

type RequestHook = (
  span: Span,
  req: IncomingMessage | ClientRequest,
  res: ServerResponse | IncomingMessage | undefined,
) => void

/** Options of servers or of clients. */
export interface HttpOptions {
  enabled: boolean
  /** Decides by URL whether a request is traced; undefined = every request is. */
  accepts: ((url: string) => boolean) | undefined
  headers: readonly HeaderTag[]
  isValidStatus: StatusCheck
  onRequest: RequestHook | undefined
  obfuscate: (url: string) => string
  /** Client only: the span's service is `host:port`. */
  splitByDomain: boolean
  /** Client only: decides by URL whether trace headers are sent; undefined = always. */
  propagates: ((url: string) => boolean) | undefined
  clientIp: boolean
  endpoint: boolean
}

/** Returns the options of servers: those of the integration, overridden by `server`. */
export function serverOptions(tools: PatchTools): HttpOptions {
  const { config } = tools
  const ranges = parseStatuses(config.httpServerErrorStatuses)
  const defaults: StatusCheck =
    ranges === undefined ? status => status < 500 : status => !isErrorStatus(ranges, status)
  return read(tools, 'server', defaults)
}

/** Returns the options of clients: those of the integration, overridden by `client`. */
export function clientOptions(tools: PatchTools): HttpOptions {
  return read(tools, 'client', status => status < 400 || status >= 500)
}

function read(tools: PatchTools, side: 'server' | 'client', isValidStatus: StatusCheck): HttpOptions {
  const { state, config } = tools
  const nested = state.options[side]
  const own: Options = { ...state.options, ...(typeof nested === 'object' ? nested : {}) }
  const hooks = own.hooks as { request?: unknown } | undefined
  const blocked = own.propagationBlocklist
  return {
    enabled: nested !== false && own.enabled !== false,
    accepts: guardedFilter(`http ${side} filter`, own),
    headers: headerTags([...config.headerTags, ...(Array.isArray(own.headers) ? own.headers : [])]),
    isValidStatus:
      typeof own.validateStatus === 'function'
        ? guarded(`http ${side} validateStatus`, own.validateStatus as StatusCheck, true)
        : isValidStatus,
    onRequest:
      typeof hooks?.request === 'function'
        ? guarded(`http ${side} hooks.request`, hooks.request as RequestHook, undefined)
        : undefined,
    obfuscate: queryObfuscator(own.queryStringObfuscation ?? config.queryObfuscation),
    splitByDomain: own.splitByDomain === true,
    propagates:
      blocked === undefined
        ? undefined
        : guardedFilter('http client propagationBlocklist', { blocklist: blocked }),
    clientIp: config.clientIpEnabled,
    endpoint: own.resourceRenamingEnabled === true || config.resourceRenamingEnabled,
  }
}

function guardedFilter(name: string, options: Options): ((url: string) => boolean) | undefined {
  const filter = urlFilter(options)
  return filter && guarded(name, filter, true)
}
