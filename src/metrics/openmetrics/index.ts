/** `tracer.metrics`: everything that went through `tracer.dogstatsd`, for Prometheus and other scrapers. */

import type { IncomingMessage, ServerResponse } from 'node:http'
import { reportFailure } from '../../core/fence'
import { log } from '../../core/log'
import type { MetricsExposition } from '../types'
import { CONTENT_TYPES, formatFor } from './accept'
import { readBounds } from './bounds'
import { labelsOf } from './names'
import type { Registry } from './registry'
import { type Format, render } from './render'

export { Registry } from './registry'

/** Creates `tracer.metrics`. `target` returns the tags of the process. */
export function createExposition(registry: Registry, target: () => readonly string[]): MetricsExposition {
  const textIn = (format: Format): string => {
    registry.members.sweep()
    const text = render(registry, labelsOf(target()), format)
    registry.exemplars.renew()
    return text
  }
  return {
    text: options => textIn(options?.format === 'prometheus' ? 'prometheus' : 'openmetrics'),
    handler: () => (request, response) => answer(request, response, textIn),
    setBounds(name, bounds) {
      const read = readBounds(bounds)
      if (read === undefined)
        log.warn('openmetrics bounds', `bounds of ${String(name)} are not used: no numbers`)
      else registry.setBounds(String(name), read)
    },
  }
}

function answer(
  request: IncomingMessage,
  response: ServerResponse,
  textIn: (format: Format) => string,
): void {
  try {
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      response.writeHead(405, { allow: 'GET, HEAD' }).end()
      return
    }
    const format = formatFor(request.headers.accept)
    const body = Buffer.from(textIn(format))
    response.writeHead(200, {
      'content-type': CONTENT_TYPES[format],
      'content-length': body.length,
      vary: 'accept',
    })
    response.end(request.method === 'HEAD' ? undefined : body)
  } catch (error) {
    reportFailure('openmetrics', error)
    if (!response.headersSent) response.statusCode = 500
    response.end()
  }
}
