/** What the integrations of undici and of the global `fetch`, which is built on undici, share. */

export { UNDICI_OPTIONS } from './options'
export { addRequestClass, isOfPackage } from './package-requests'
export {
  endRequestSpan,
  failRequestSpan,
  recordBodySent,
  recordResponse,
  startRequestSpan,
  type UndiciState,
  undiciState,
} from './requests'
export type { ErrorMessage, HeadersMessage, RequestMessage } from './types'
