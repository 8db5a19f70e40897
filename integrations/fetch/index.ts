/** The global `fetch`, which is made of a copy of undici inside of Node.js. */

import { defineIntegration, type PatchTools } from '../../src/kit/index'
import {
  answered,
  created,
  type ErrorMessage,
  ended,
  failed,
  type HeadersMessage,
  isOfPackage,
  type Live,
  liveOf,
  type RequestMessage,
  sent,
  UNDICI_OPTIONS,
} from '../../src/kit/undici/index'

const NAME = { v0: 'http.request', v1: 'http.client.request' }
const live = (tools: PatchTools): Live => liveOf(tools, NAME)

export default defineIntegration({
  name: 'fetch',
  doc: 'Requests that are sent with the global `fetch`.',
  options: UNDICI_OPTIONS,
  targets: [],
  channels: {
    'undici:request:create': ({ request }: RequestMessage, tools) => {
      if (!isOfPackage(request)) created(request, live(tools), undefined)
    },
    'undici:request:headers': ({ request, response }: HeadersMessage, tools) =>
      answered(request, response, live(tools)),
    'undici:request:bodySent': ({ request }: RequestMessage, tools) => sent(request, live(tools)),
    'undici:request:trailers': ({ request }: RequestMessage, tools) => ended(request, live(tools)),
    'undici:request:error': ({ request, error }: ErrorMessage, tools) => failed(request, error, live(tools)),
  },
})
