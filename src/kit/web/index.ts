/** What web servers, frameworks and HTTP clients share. */

export { sentHeader, tagHeaders } from './header-tags'
export { oncePer, viewOf } from './list-view'
export { MIDDLEWARE_OPTION, MiddlewareSpans, settled } from './middleware'
export { WebRequest, webRequestOf } from './request'
export { webResource } from './resource'
export { joinRoute, type PathPattern, patternText } from './routing'
