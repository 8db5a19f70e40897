/** Every command of a client goes through its `command`, which is given a function that makes it. */

import {
  type AnyFunction,
  Caller,
  CommandMark,
  type ConfiguredSite,
  type PatchTools,
  type Span,
  startSpan,
  tagPeer,
} from '../../src/kit/index'
import { tagServer } from './address'
import { watchSocket } from './socket-mark'
import type { Client, Query, Socket } from './types'

/** The command that is being sent by the code that runs now. */
interface Sending {
  query: Query | undefined
  /** Until the server is known; copies for redundancy come after it. */
  span: Span | undefined
}

let sending: Sending | undefined

export function patchClient({ prototype }: { prototype: object }, tools: PatchTools): void {
  const site = tools.site({
    name: 'memcached.command',
    type: 'memcached',
    kind: 'client',
    serviceSuffix: 'memcached',
    tags: { 'db.type': 'memcached' },
  })
  tools.wrap(prototype, 'command', original => {
    return function (this: Client, compile: unknown, ...rest: unknown[]): unknown {
      if (typeof compile !== 'function' || !tools.state.enabled)
        return Reflect.apply(original, this, arguments)
      const outer = sending
      const own: Sending = { query: undefined, span: undefined }
      sending = own
      try {
        return original.call(this, compiler(compile as AnyFunction, this, own, site, tools), ...rest)
      } catch (error) {
        if (own.query !== undefined) CommandMark.end(own.query, true, error)
        throw error
      } finally {
        sending = outer
        // Nobody will be told how it went.
        if (own.query !== undefined && own.query.callback === undefined)
          CommandMark.end(own.query, false, undefined)
      }
    }
  })
  tools.wrap(prototype, 'connect', original => {
    return function (this: Client, server: unknown, callback: unknown): unknown {
      const span = sending?.span
      if (span === undefined || typeof callback !== 'function')
        return Reflect.apply(original, this, arguments)
      if (sending !== undefined) sending.span = undefined
      tools.fenced(() => {
        tagServer(span, server)
        tagPeer(span, tools.config)
      })
      return original.call(
        this,
        server,
        function (this: unknown, _error: unknown, socket: Socket | undefined) {
          if (socket) tools.fenced(() => watchSocket(socket, tools))
          return Reflect.apply(callback, this, arguments)
        },
      )
    }
  })
}

/** Makes the span together with the command. It is asked for a second one where servers are redundant. */
function compiler(
  compile: AnyFunction,
  client: Client,
  own: Sending,
  site: ConfiguredSite,
  tools: PatchTools,
): AnyFunction {
  return function (this: unknown): unknown {
    const query = Reflect.apply(compile, this, arguments) as Query | null | undefined
    if (own.query === undefined && typeof query === 'object' && query !== null) {
      own.query = query
      tools.fenced(() => begin(query, client, own, site, tools))
    }
    return query
  }
}

function begin(
  query: Query,
  { servers }: Client,
  own: Sending,
  site: ConfiguredSite,
  tools: PatchTools,
): void {
  const caller = new Caller()
  const withText =
    tools.config.memcachedCommandEnabled || tools.state.options.memcachedCommandEnabled === true
  const span = startSpan(tools.runtime, site.site, caller.span, {
    'out.host': undefined,
    'network.destination.port': undefined,
    'memcached.command': withText && typeof query.command === 'string' ? query.command : undefined,
  })
  if (typeof query.type === 'string') span.resource = query.type
  own.span = span
  // It can fail before a server is asked.
  if (Array.isArray(servers) && servers.length === 1) tagServer(span, servers[0])
  CommandMark.begin(query, span, caller)
  if (typeof query.callback === 'function') coverCallback(query, query.callback, caller)
}

/** The callback sees the command as `this`, with itself in it. */
function coverCallback(query: Query, original: AnyFunction, caller: Caller): void {
  const covered = function (this: unknown, error: unknown): unknown {
    if (query.callback === covered) query.callback = original
    // One error may come as a list.
    const first = Array.isArray(error) ? error[0] : error
    CommandMark.end(query, Boolean(first), first)
    return caller.run(original, this, arguments)
  }
  query.callback = covered
}
