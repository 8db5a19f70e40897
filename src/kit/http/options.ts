/** Options of the HTTP server and client, made ready for use at each request. */

import type { ClientRequest, IncomingMessage, ServerResponse } from 'node:http'
import type { Options } from '../../patch/state'
import type { PatchTools } from '../../patch/types'
import type { Span } from '../../trace/span'
import { guarded } from '../guard'
import { type HeaderTag, headerTags } from '../web/header-tags'
import { queryObfuscator } from '../web/query'
import { isErrorStatus, parseStatuses, type StatusCheck } from '../web/status'
import { urlFilter } from '../web/url-filter'

type RequestHook = (
  span: Span,
  req: IncomingMessage | ClientRequest,
  res: ServerResponse | IncomingMessage | undefined,
) => void

export interface HttpOptions {
  enabled: boolean
  /** Undefined = every URL is traced. */
  accepts: ((url: string) => boolean) | undefined
  headers: readonly HeaderTag[]
  isValidStatus: StatusCheck
  onRequest: RequestHook | undefined
  obfuscate: (url: string) => string
  /** Client: service `host:port`. */
  splitByDomain: boolean
  /** Client: URLs that get no headers; undefined = all get them. */
  propagates: ((url: string) => boolean) | undefined
  clientIp: boolean
  endpoint: boolean
}

export function serverOptions(tools: PatchTools): HttpOptions {
  const { config } = tools
  const ranges = parseStatuses(config.httpServerErrorStatuses)
  const defaults: StatusCheck =
    ranges === undefined ? status => status < 500 : status => !isErrorStatus(ranges, status)
  return read(tools, 'server', defaults)
}

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
