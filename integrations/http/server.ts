/** Servers of `http` and `https`: what they emit as a request is served with a span. */

import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import { isRequest, Serving, serve } from '../../src/kit/http/index'
import { type PatchTools, wrapEmit } from '../../src/kit/index'

/** On a server object: its requests are not the application's (the local agent in a test process). */
const UNTRACED = Symbol.for('tracer.untraced')

/**
 * Everything hangs on the `emit` of prototypes: no listener is added that the application could count, and no closure
 * is made for a request. `scheme` is what the URLs of this kind of server begin with.
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
        // A stand-in of a test never ends as a response does.
        !(res instanceof http.ServerResponse)
      ) {
        return Reflect.apply(inner.emit, this, arguments)
      }
      return serve(serving, scheme, inner, this, req, res, arguments)
    }
  })
}
