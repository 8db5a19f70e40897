/** The global `fetch`, which is built on a copy of undici inside of Node.js. */

import { defineIntegration } from '../../src/kit/index'
import {
  type ErrorMessage,
  endRequestSpan,
  failRequestSpan,
  type HeadersMessage,
  isOfPackage,
  type RequestMessage,
  recordBodySent,
  recordResponse,
  startRequestSpan,
  UNDICI_OPTIONS,
  undiciState,
} from '../../src/kit/undici/index'

const stateOf = undiciState({ v0: 'http.request', v1: 'http.client.request' })

export default defineIntegration({
  name: 'fetch',
  doc: 'Requests that are sent with the global `fetch`.',
  options: UNDICI_OPTIONS,
  targets: [],
  channels: {
    'undici:request:create': ({ request }: RequestMessage, tools) => {
      if (!isOfPackage(request)) startRequestSpan(request, stateOf(tools), undefined)
    },
    'undici:request:headers': ({ request, response }: HeadersMessage, tools) =>
      recordResponse(request, response, stateOf(tools)),
    'undici:request:bodySent': ({ request }: RequestMessage, tools) =>
      recordBodySent(request, stateOf(tools)),
    'undici:request:trailers': ({ request }: RequestMessage, tools) =>
      endRequestSpan(request, stateOf(tools)),
    'undici:request:error': ({ request, error }: ErrorMessage, tools) =>
      failRequestSpan(request, error, stateOf(tools)),
  },
})
