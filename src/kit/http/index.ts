/** What the integrations of HTTP servers and clients share. */

export { isRequest, patchMessages, serve } from './messages'
export { clientOptions, type HttpOptions } from './options'
export { withoutCredentials } from './request-url'
export { inContext, Serving } from './serving'
