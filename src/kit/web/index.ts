/** What web servers, frameworks and HTTP clients share. */

export { clientIp } from './client-ip'
export { simplifyPath } from './endpoint'
export { type HeaderTag, headerTags, sentHeader, tagHeaders } from './header-tags'
export { oncePer, viewOf } from './list-view'
export { MiddlewareSpans, settled } from './middleware'
export { queryObfuscator } from './query'
export { WebRequest, type WebServer, webRequestOf } from './request'
export { joinRoute, type PathPattern, patternText, Routing } from './routing'
export { isErrorStatus, parseStatuses, type StatusCheck } from './status'
export { urlFilter } from './url-filter'
