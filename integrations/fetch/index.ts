/** The global `fetch`, which is made of a copy of undici inside of Node.js. */

import { defineIntegration } from '../../src/kit/index'
import {
  answered,
  created,
  type ErrorMessage,
  ended,
  failed,
  type HeadersMessage,
  isOfPackage,
  type RequestMessage,
  sent,
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
      if (!isOfPackage(request)) created(request, stateOf(tools), undefined)
    },
    'undici:request:headers': ({ request, response }: HeadersMessage, tools) =>
      answered(request, response, stateOf(tools)),
    'undici:request:bodySent': ({ request }: RequestMessage, tools) => sent(request, stateOf(tools)),
    'undici:request:trailers': ({ request }: RequestMessage, tools) => ended(request, stateOf(tools)),
    'undici:request:error': ({ request, error }: ErrorMessage, tools) =>
      failed(request, error, stateOf(tools)),
  },
})
