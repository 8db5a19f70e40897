/** The global `fetch`, which is made of a copy of undici inside of Node.js. */

import { defineIntegration, type PatchTools } from '../../src/kit/index'
import undici, { isOfPackage } from '../undici/index'
import { answered, created, ended, failed, type Live, liveOf, sent } from '../undici/requests'
import type { ErrorMessage, HeadersMessage, RequestMessage } from '../undici/types'

const NAME = { v0: 'http.request', v1: 'http.client.request' }
const live = (tools: PatchTools): Live => liveOf(tools, NAME)

export default defineIntegration({
  name: 'fetch',
  doc: 'Requests that are sent with the global `fetch`.',
  options: undici.options,
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
