/** Servers of `http` and `https`: the requests that they emit get spans. */

import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import { isRequest, Serving, serve } from '../../src/kit/http/index'
import { type PatchTools, wrapEmit } from '../../src/kit/index'

/** Symbol on servers whose requests are not traced: the local agent in a test process. */
const UNTRACED = Symbol.for('tracer.untraced')

/**
 * Wraps `emit` of the prototype, which needs no listener that the application could count and no closure for each
 * request. `scheme` is the URL scheme of this kind of server.
 */
export function patchServer(
  prototype: Server,
  scheme: 'http' | 'https',
  http: typeof import('node:http'),
  tools: PatchTools,
): void {
  const serving = Serving.of(tools)
  wrapEmit(prototype, tools, inner => {
    return function (
      this: Server & { [UNTRACED]?: boolean },
      event: string,
      req: IncomingMessage,
      res: ServerResponse,
    ) {
      if (
        !isRequest(event) ||
        !serving.isOn ||
        this[UNTRACED] === true ||
        // Test tools emit requests with substitutes for responses, which never close.
        !(res instanceof http.ServerResponse)
      ) {
        return Reflect.apply(inner.emit, this, arguments)
      }
      return serve(serving, scheme, inner, this, req, res, arguments)
    }
  })
}
