/** What the integrations of HTTP servers and clients share. */

export { isRequest, patchMessages, serve } from './messages'
export { clientOptions, HTTP_OPTIONS, type HttpOptions } from './options'
export { withoutCredentials } from './request-url'
export { inContext, Serving } from './serving'
