/** What the integrations of undici and of the global `fetch`, which is made of it, share. */

export { UNDICI_OPTIONS } from './options'
export { addRequestClass, isOfPackage } from './package-requests'
export { answered, created, ended, failed, sent, type UndiciState, undiciState } from './requests'
export type { ErrorMessage, HeadersMessage, RequestMessage } from './types'
