/** Spans of commands: all go through the client's method `command`, which gets a function that makes the command. */

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

/** The command that the running code sends. */
interface Sending {
  query: Query | undefined
  /** The command until its server is known; copies for redundant servers follow it. */
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
        // Without a callback the outcome is not reported.
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

/** Starts the span when the library makes the command; with redundant servers it makes a second one. */
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
      tools.fenced(() => startCommand(query, client, own, site, tools))
    }
    return query
  }
}

function startCommand(
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
  // A command can fail before it is sent.
  if (Array.isArray(servers) && servers.length === 1) tagServer(span, servers[0])
  CommandMark.begin(query, span, caller)
  if (typeof query.callback === 'function') coverCallback(query, query.callback, caller)
}

/** Wraps the callback, whose `this` is the command, with the application's callback in it. */
function coverCallback(query: Query, original: AnyFunction, caller: Caller): void {
  const covered = function (this: unknown, error: unknown): unknown {
    if (query.callback === covered) query.callback = original
    // An error may come as a list of one.
    const first = Array.isArray(error) ? error[0] : error
    CommandMark.end(query, Boolean(first), first)
    return caller.run(original, this, arguments)
  }
  query.callback = covered
}
